#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sprint::vision {

// A rectangle in a picture, in pixels from its upper left corner.
struct Box {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  friend bool operator==(const Box&, const Box&) = default;
};

// What Blur sends on: a JPEG and, behind its end marker, one line of JSON saying
// where the hidden faces are. Programs that show pictures stop at the marker, so
// the body is still an ordinary JPEG.
//
//   <JPEG ... FF D9> LF {"faces":[[x,y,width,height],...]} LF
struct BlurredPicture {
  std::string_view jpeg;  // a view of the body it was read from
  std::vector<Box> faces;
};

std::string AppendFaces(std::string jpeg, const std::vector<Box>& faces);

// Nothing if the body does not end in a line of that shape behind a JPEG's end marker.
std::optional<BlurredPicture> ReadBlurred(std::string_view body);

}  // namespace sprint::vision
