#include "examples/laptop/vision/faces.h"

#include <array>
#include <charconv>

namespace sprint::vision {
namespace {

constexpr std::string_view kEndMarker = "\xFF\xD9\n";
constexpr std::string_view kOpen = "{\"faces\":[";
constexpr std::string_view kClose = "]}\n";

bool Skip(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

std::optional<int> ReadInt(std::string_view& text) {
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

std::optional<Box> ReadBox(std::string_view& text) {
  std::array<int, 4> sides{};
  for (size_t i = 0; i < sides.size(); ++i) {
    if (!Skip(text, i == 0 ? "[" : ",")) return std::nullopt;
    std::optional<int> side = ReadInt(text);
    if (!side) return std::nullopt;
    sides[i] = *side;
  }
  if (!Skip(text, "]")) return std::nullopt;
  return Box{sides[0], sides[1], sides[2], sides[3]};
}

}  // namespace

std::string AppendFaces(std::string jpeg, const std::vector<Box>& faces) {
  jpeg += '\n';
  jpeg += kOpen;
  for (size_t i = 0; i < faces.size(); ++i) {
    const Box& face = faces[i];
    if (i > 0) jpeg += ',';
    jpeg += '[' + std::to_string(face.x) + ',' + std::to_string(face.y) + ',' +
            std::to_string(face.width) + ',' + std::to_string(face.height) + ']';
  }
  jpeg += kClose;
  return jpeg;
}

std::optional<BlurredPicture> ReadBlurred(std::string_view body) {
  // The line is plain ASCII, so the last marker in the body is the picture's own.
  size_t marker = body.rfind(kEndMarker);
  if (marker == std::string_view::npos) return std::nullopt;
  BlurredPicture picture{body.substr(0, marker + 2), {}};
  std::string_view line = body.substr(marker + kEndMarker.size());
  if (!Skip(line, kOpen)) return std::nullopt;
  while (!line.starts_with(kClose)) {
    if (!picture.faces.empty() && !Skip(line, ",")) return std::nullopt;
    std::optional<Box> face = ReadBox(line);
    if (!face) return std::nullopt;
    picture.faces.push_back(*face);
  }
  if (line != kClose) return std::nullopt;
  return picture;
}

}  // namespace sprint::vision
