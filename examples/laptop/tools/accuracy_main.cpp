// laptop-accuracy --pictures FOLDER --out FOLDER: sends labelled pictures through
// laptop-blur and both variants of laptop-detect, counts what they got right, and
// writes pictures before, blurred and judged.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "examples/laptop/measure/service.h"
#include "examples/laptop/vision/faces.h"
#include "examples/laptop/vision/picture.h"

namespace sprint::tools {
namespace {

constexpr int kShown = 12;  // pictures written for people to look at

struct Label {
  cv::Rect face;
  bool mask = false;
};

std::map<std::string, std::vector<Label>> ReadLabels(const std::string& file) {
  std::map<std::string, std::vector<Label>> labels;
  std::istringstream lines(measure::ReadFile(file));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream cells(line);
    std::array<std::string, 6> cell;
    for (std::string& c : cell) std::getline(cells, c, ',');
    labels[cell[0]].push_back(
        {cv::Rect(std::stoi(cell[1]), std::stoi(cell[2]), std::stoi(cell[3]), std::stoi(cell[4])),
         cell[5] == "mask"});
  }
  return labels;
}

// The answers of laptop-detect come in the order of Blur's boxes.
std::vector<bool> ReadVerdicts(const std::string& json) {
  std::vector<bool> masks;
  constexpr std::string_view kKey = "\"mask\":";
  for (size_t at = json.find(kKey); at != std::string::npos; at = json.find(kKey, at + 1)) {
    masks.push_back(json.compare(at + kKey.size(), 4, "true") == 0);
  }
  return masks;
}

bool Same(const cv::Rect& a, const cv::Rect& b) { return (a & b).area() > 0.4 * (a | b).area(); }

std::string Ask(measure::Connection& service, const std::string& body, const std::string& type) {
  measure::Answer answer = service.Post(body, type);
  if (answer.status != 200)
    throw std::runtime_error("a service answered " + std::to_string(answer.status) + ": " +
                             answer.body);
  return std::move(answer.body);
}

struct Count {
  int faces = 0;
  int found = 0;
  int right = 0;  // of those found
};

void Print(const char* name, const std::array<Count, 2>& counts) {
  const Count all{counts[0].faces + counts[1].faces, counts[0].found + counts[1].found,
                  counts[0].right + counts[1].right};
  const auto percent = [](int part, int whole) { return whole > 0 ? 100.0 * part / whole : 0.0; };
  std::printf("%-14s %5d %5d %9.1f %% %12.1f %% %10.1f %% %10.1f %%\n", name, all.faces, all.found,
              percent(all.right, all.found), percent(all.right, all.faces),
              percent(counts[0].right, counts[0].found), percent(counts[1].right, counts[1].found));
}

int Run(const std::vector<std::string>& words) {
  const std::string folder = measure::Flag(words, "pictures", "");
  const std::string out = measure::Flag(words, "out", "");
  if (folder.empty() || out.empty()) {
    std::fprintf(stderr, "usage: laptop-accuracy --pictures FOLDER --out FOLDER\n");
    return 2;
  }
  const auto labels = ReadLabels(folder + "/labels.csv");
  const std::vector<measure::Picture> pictures = measure::ReadPictures(folder);
  std::filesystem::create_directories(out);
  const std::string bin = measure::ExecutableFolder();
  const measure::Service blur_service({bin + "/laptop-blur"});
  const measure::Service tiny_service({bin + "/laptop-detect", "--variant", "tiny"});
  const measure::Service whole_service({bin + "/laptop-detect", "--variant", "whole"});
  measure::Connection blur(blur_service.url());
  measure::Connection tiny(tiny_service.url());
  measure::Connection whole(whole_service.url());

  std::array<std::array<Count, 2>, 2> counts{};  // [variant][mask]
  int no_face = 0;
  double sent = 0;
  double passed_on = 0;
  for (size_t i = 0; i < pictures.size(); ++i) {
    const auto known = labels.find(pictures[i].name);
    if (known == labels.end()) throw std::runtime_error("no label for " + pictures[i].name);
    const std::string body = Ask(blur, pictures[i].bytes, "image/png");
    sent += static_cast<double>(pictures[i].bytes.size());
    passed_on += static_cast<double>(body.size());
    const std::optional<vision::BlurredPicture> blurred = vision::ReadBlurred(body);
    if (!blurred)
      throw std::runtime_error("laptop-blur gave no list of faces for " + pictures[i].name);
    const std::array<std::vector<bool>, 2> verdicts = {
        ReadVerdicts(Ask(tiny, body, "image/jpeg")), ReadVerdicts(Ask(whole, body, "image/jpeg"))};
    std::vector<bool> matched(blurred->faces.size());
    for (const Label& label : known->second) {
      for (auto& variant : counts) ++variant[label.mask].faces;
      for (size_t k = 0; k < matched.size(); ++k) {
        const vision::Box& box = blurred->faces[k];
        if (matched[k] || !Same(label.face, cv::Rect(box.x, box.y, box.width, box.height)))
          continue;
        matched[k] = true;
        for (size_t v = 0; v < counts.size(); ++v) {
          ++counts[v][label.mask].found;
          counts[v][label.mask].right += verdicts[v].at(k) == label.mask ? 1 : 0;
        }
        break;
      }
    }
    no_face += static_cast<int>(std::count(matched.begin(), matched.end(), false));
    if (i >= kShown) continue;
    cv::Mat judged = vision::DecodePicture(blurred->jpeg);
    const std::string stem = out + "/" + pictures[i].name.substr(0, pictures[i].name.rfind('.'));
    measure::WriteFile(stem + "-before.png", pictures[i].bytes);
    measure::WriteFile(stem + "-blurred.jpg", std::string(blurred->jpeg));
    for (size_t k = 0; k < blurred->faces.size(); ++k) {
      const vision::Box& box = blurred->faces[k];
      const bool mask = verdicts[1].at(k);
      const cv::Scalar colour = mask ? cv::Scalar(60, 170, 60) : cv::Scalar(50, 50, 220);
      cv::rectangle(judged, cv::Rect(box.x, box.y, box.width, box.height), colour, 3);
      cv::putText(judged, mask ? "mask" : "no mask", cv::Point(box.x, std::max(20, box.y - 8)),
                  cv::FONT_HERSHEY_SIMPLEX, 0.8, colour, 2, cv::LINE_AA);
    }
    measure::WriteFile(stem + "-judged.jpg", vision::EncodeJpeg(judged, 90));
  }
  std::printf("%-14s %5s %5s %11s %14s %12s %12s\n", "variant", "faces", "found", "right",
              "right of all", "bare right", "mask right");
  Print("Detect.tiny", counts[0]);
  Print("Detect.whole", counts[1]);
  const Count& bare = counts[0][0];
  const Count& mask = counts[0][1];
  std::printf(
      "Blur found %d of %d bare and %d of %d masked faces, and hid %d places that are none\n",
      bare.found, bare.faces, mask.found, mask.faces, no_face);
  const double count = static_cast<double>(pictures.size());
  std::printf("a picture is %.2f MiB to Blur and %.0f KiB from Blur to Detect\n",
              sent / count / (1 << 20), passed_on / count / 1024);
  std::printf("%d pictures before, blurred and judged are in %s\n",
              std::min(kShown, static_cast<int>(pictures.size())), out.c_str());
  return 0;
}

}  // namespace
}  // namespace sprint::tools

int main(int argc, char** argv) {
  try {
    return sprint::tools::Run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "laptop-accuracy: %s\n", error.what());
    return 1;
  }
}
