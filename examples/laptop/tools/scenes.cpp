#include "examples/laptop/tools/scenes.h"

#include <algorithm>
#include <array>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

#include "examples/laptop/vision/mask.h"

namespace sprint::tools {
namespace {

constexpr int kWidth = 1152;
constexpr int kHeight = 864;

// The part of a photograph that shows one person; empty means all of it.
struct Single {
  const char* file;
  cv::Rect part;
};
const std::array<Single, 7> kTestPeople = {
    Single{"astronaut.png", {}},
    Single{"basketball1.png", {0, 40, 220, 220}},
    Single{"227943776_1.jpg", {}},
    Single{"230501201_1.jpg", {}},
    Single{"example.jpg", {0, 0, 380, 580}},
    Single{"05.jpg", {0, 0, 520, 450}},
    Single{"12.jpg", {0, 0, 510, 450}},
};

// A sheet of small portraits side by side, `columns` times `rows` of them.
struct Sheet {
  const char* file;
  int columns;
  int rows;
};
const std::array<Sheet, 2> kFitPeople = {Sheet{"2.jpg", 8, 3}, Sheet{"3.jpg", 6, 2}};

const std::array<const char*, 6> kBackgrounds = {"building.jpg", "leuvenA.jpg", "fruits.jpg",
                                                 "stuff.jpg",    "coffee.png",  "rocket.jpg"};

cv::Mat Read(const std::string& folder, const std::string& file) {
  cv::Mat picture = cv::imread(folder + "/" + file, cv::IMREAD_COLOR);
  if (picture.empty())
    throw std::runtime_error("cannot read the photograph " + folder + "/" + file);
  return picture;
}

// Enlarges a person until a face of the usual share of the picture is found.
void Add(const cv::Mat& photograph, const std::string& person, vision::FaceFinder& finder,
         Photographs& all, bool all_face = false) {
  cv::Mat large;
  const double scale = 512.0 / photograph.cols;
  cv::resize(photograph, large, cv::Size(), scale, scale, cv::INTER_CUBIC);
  std::vector<vision::Box> faces = finder.Find(large);
  if (faces.empty() && all_face) {
    const int side = std::min(large.cols, large.rows) * 9 / 10;
    faces.push_back({(large.cols - side) / 2, (large.rows - side) / 2, side, side});
  }
  if (faces.empty()) {
    all.without_face.push_back(person);
    return;
  }
  vision::Box face = *std::max_element(faces.begin(), faces.end(),
                                       [](auto& a, auto& b) { return a.width < b.width; });
  const cv::Rect part = cv::Rect(face.x - face.width * 6 / 10, face.y - face.height * 6 / 10,
                                 face.width * 22 / 10, face.height * 24 / 10) &
                        cv::Rect(0, 0, large.cols, large.rows);
  face.x -= part.x;
  face.y -= part.y;
  all.portraits.push_back({large(part).clone(), face, person});
}

// A mirrored, turned, brighter or darker copy, its face `width` pixels wide.
Portrait Vary(const Portrait& portrait, int width, cv::RNG& random) {
  Portrait copy;
  copy.person = portrait.person;
  const double scale = static_cast<double>(width) / portrait.face.width;
  cv::resize(portrait.bgr, copy.bgr, cv::Size(), scale, scale,
             scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  copy.face = {cvRound(portrait.face.x * scale), cvRound(portrait.face.y * scale), width,
               cvRound(portrait.face.height * scale)};
  if (random.uniform(0, 2) == 1) {
    cv::flip(copy.bgr, copy.bgr, 1);
    copy.face.x = copy.bgr.cols - copy.face.x - copy.face.width;
  }
  const cv::Point2f middle(copy.face.x + copy.face.width / 2.0F,
                           copy.face.y + copy.face.height / 2.0F);
  cv::Mat turn = cv::getRotationMatrix2D(middle, random.uniform(-6.0, 6.0), 1.0);
  cv::warpAffine(copy.bgr, copy.bgr, turn, copy.bgr.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  copy.bgr.convertTo(copy.bgr, -1, random.uniform(0.75, 1.2), random.uniform(-15.0, 15.0));
  return copy;
}

void Paste(const cv::Mat& what, cv::Mat& where, cv::Point at) {
  cv::Mat share(what.size(), CV_32F, cv::Scalar(0));
  const int edge = 8;
  share(cv::Rect(edge, edge, what.cols - 2 * edge, what.rows - 2 * edge)).setTo(1);
  cv::GaussianBlur(share, share, cv::Size(), edge / 2.0);
  for (int y = 0; y < what.rows; ++y) {
    for (int x = 0; x < what.cols; ++x) {
      const float s = share.at<float>(y, x);
      cv::Vec3b& below = where.at<cv::Vec3b>(at.y + y, at.x + x);
      const cv::Vec3b& above = what.at<cv::Vec3b>(y, x);
      for (int c = 0; c < 3; ++c)
        below[c] = cv::saturate_cast<uchar>(below[c] * (1 - s) + above[c] * s);
    }
  }
}

}  // namespace

Photographs ReadPhotographs(const std::string& folder, People people) {
  Photographs all;
  vision::FaceFinder finder(vision::kCascadeFolder);
  if (people == People::Test) {
    for (const Single& single : kTestPeople) {
      cv::Mat photograph = Read(folder, single.file);
      if (!single.part.empty()) photograph = photograph(single.part).clone();
      Add(photograph, single.file, finder, all);
    }
  } else {
    for (const Sheet& sheet : kFitPeople) {
      cv::Mat photograph = Read(folder, sheet.file);
      for (int i = 0; i < sheet.columns * sheet.rows; ++i) {
        const cv::Rect cell(i % sheet.columns * photograph.cols / sheet.columns,
                            i / sheet.columns * photograph.rows / sheet.rows,
                            photograph.cols / sheet.columns, photograph.rows / sheet.rows);
        Add(photograph(cell).clone(), std::string(sheet.file) + ":" + std::to_string(i + 1), finder,
            all, true);
      }
    }
  }
  for (const char* file : kBackgrounds) {
    cv::Mat background = Read(folder, file);
    const double scale = std::max(static_cast<double>(kWidth) / background.cols,
                                  static_cast<double>(kHeight) / background.rows);
    cv::resize(background, background, cv::Size(), scale, scale, cv::INTER_CUBIC);
    all.backgrounds.push_back(background(cv::Rect(0, 0, kWidth, kHeight)).clone());
  }
  if (all.portraits.empty())
    throw std::runtime_error("no photograph in " + folder + " shows a face");
  return all;
}

Scene MakeScene(const Photographs& photographs, cv::RNG& random) {
  Scene scene;
  const int background = random.uniform(0, static_cast<int>(photographs.backgrounds.size()));
  scene.bgr = photographs.backgrounds[background].clone();
  const int people = random.uniform(1, 3);
  for (int i = 0; i < people; ++i) {
    const int who = random.uniform(0, static_cast<int>(photographs.portraits.size()));
    Portrait person = Vary(photographs.portraits[who], random.uniform(124, 236), random);
    const cv::Rect half(i * kWidth / 2, 0, people == 1 ? kWidth : kWidth / 2, kHeight);
    const cv::Rect fits =
        cv::Rect(0, 0, person.bgr.cols, person.bgr.rows) & cv::Rect(0, 0, half.width, half.height);
    person.bgr = person.bgr(fits);
    LabelledFace face{person.face, random.uniform(0, 2) == 1, person.person};
    if (face.mask) vision::DrawMask(person.bgr, person.face, random);
    const cv::Point at(half.x + random.uniform(0, half.width - fits.width + 1),
                       random.uniform(0, half.height - fits.height + 1));
    Paste(person.bgr, scene.bgr, at);
    face.box.x += at.x;
    face.box.y += at.y;
    scene.faces.push_back(face);
  }
  if (random.uniform(0, 8) == 0) {  // a monochrome camera
    cv::Mat gray;
    cv::cvtColor(scene.bgr, gray, cv::COLOR_BGR2GRAY);
    cv::cvtColor(gray, scene.bgr, cv::COLOR_GRAY2BGR);
  }
  // What a sensor adds.
  cv::Mat noise(scene.bgr.size(), CV_16SC3);
  random.fill(noise, cv::RNG::NORMAL, 0, 4.0);
  cv::add(scene.bgr, noise, scene.bgr, cv::noArray(), CV_8UC3);
  return scene;
}

}  // namespace sprint::tools
