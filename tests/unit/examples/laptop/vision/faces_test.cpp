#include "examples/laptop/vision/faces.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sprint::vision {
namespace {

const std::string kJpeg = "\xFF\xD8 picture \xFF\xD9\n inside \xFF\xD9";

TEST(BlurredBody, GivesBackWhatWasAppended) {
  const std::vector<Box> faces = {{1, 2, 30, 40}, {-5, 0, 7, 8}};
  const std::string body = AppendFaces(kJpeg, faces);
  const auto read = ReadBlurred(body);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->jpeg, kJpeg);
  EXPECT_EQ(read->faces, faces);
}

TEST(BlurredBody, IsTheJpegAndOneLineOfJson) {
  EXPECT_EQ(AppendFaces(kJpeg, {{1, 2, 3, 4}, {5, 6, 7, 8}}).substr(kJpeg.size()),
            "\n{\"faces\":[[1,2,3,4],[5,6,7,8]]}\n");
}

TEST(BlurredBody, MayHaveNoFace) {
  const std::string body = AppendFaces(kJpeg, {});
  const auto read = ReadBlurred(body);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->faces.empty());
}

TEST(BlurredBody, IsRefusedInAnyOtherShape) {
  EXPECT_FALSE(ReadBlurred(""));
  EXPECT_FALSE(ReadBlurred(kJpeg));
  EXPECT_FALSE(ReadBlurred("{\"faces\":[]}\n"));
  for (const char* line :
       {"{\"faces\":[]}", "{\"faces\":[[1,2,3]]}\n", "{\"faces\":[[1,2,3,4],]}\n",
        "{\"faces\":[[1,2,3,4][5,6,7,8]]}\n", "{\"faces\":[[1,2,3,99999999999]]}\n",
        "{\"faces\":[[1,2,3,4]]}\nmore", "{\"faces\":[[1,2,3,x]]}\n", "{\"faces\":["}) {
    EXPECT_FALSE(ReadBlurred(kJpeg + "\n" + line)) << line;
  }
}

}  // namespace
}  // namespace sprint::vision
