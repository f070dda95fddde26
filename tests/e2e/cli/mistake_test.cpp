// What people point the command at by mistake, or on purpose.
#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>

#include "tests/e2e/cli/fixture.h"

namespace sprint::cli {
namespace {

using testing::HasSubstr;

// An instrumented program is slower and larger by its nature.
#ifdef __SANITIZE_ADDRESS__
constexpr double Patience = 120;   // seconds
constexpr long MostMemory = 4096;  // MiB
#else
constexpr double Patience = 10;
constexpr long MostMemory = 500;
#endif

class Mistakes : public Command {
 protected:
  // Fails at once, in little memory, with `message`.
  void Refuses(const std::string& file, const std::string& message) const {
    for (const char* verb : {"check", "plan"}) {
      const auto start = std::chrono::steady_clock::now();
      const Ran ran = Sprint(std::string(verb) + " " + file);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      EXPECT_EQ(ran.code, 1) << verb << " " << file;
      EXPECT_THAT(ran.err, HasSubstr(message)) << verb << " " << file;
      EXPECT_LT(took.count(), Patience) << verb << " " << file;
    }
    struct rusage usage {};
    getrusage(RUSAGE_CHILDREN, &usage);
    EXPECT_LT(usage.ru_maxrss, MostMemory * 1024) << file;
  }
};

TEST_F(Mistakes, WhatIsNoFile) {
  ASSERT_EQ(mkdir((folder_ + "/folder.sprint").c_str(), 0700), 0);
  ASSERT_EQ(mkfifo((folder_ + "/pipe.sprint").c_str(), 0600), 0);
  Refuses("folder.sprint", "it is a folder");
  Refuses("pipe.sprint", "it is no regular file");
  Refuses("/dev/zero", "it is no regular file");
  Refuses("none.sprint", "No such file");
}

TEST_F(Mistakes, NumbersThatNothingCanBeReckonedWith) {
  Write("a.sprint", "let a = 1\n");
  for (const char* rate : {"nan", "inf", "1e300", "1e-300", "0", "-1", "1x"}) {
    const Ran ran = Sprint(std::string("simulate a.sprint --rate ") + rate);
    EXPECT_NE(ran.code, 0) << rate;
    EXPECT_THAT(ran.err, HasSubstr(std::string("--rate: `") + rate + "` is no number above 0"));
  }
  EXPECT_THAT(Sprint("simulate a.sprint --warmup nan").err, HasSubstr("is no number from 0"));
}

TEST_F(Mistakes, AProgramThatThereIsNot) {
  Write("a.sprint", "import std.local\nresource local.zone plant { name = \"plant\" }\n");
  for (const char* verb :
       {"show", "destroy --yes", "workspace list", "workspace show", "workspace new x", "lock",
        "lock break", "state list", "state export", "secrets encrypt"}) {
    const Ran ran = Sprint(std::string(verb) + " b.sprint");
    EXPECT_EQ(ran.code, 1) << verb;
    EXPECT_THAT(ran.err, HasSubstr("there is no program `b.sprint`")) << verb;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/.sprint")) << "nothing is left behind";
  ASSERT_EQ(Sprint("apply --yes").code, 0);
  std::filesystem::remove(folder_ + "/a.sprint");
  EXPECT_THAT(Sprint("state list a.sprint").out, HasSubstr("plant  local.zone"));
  EXPECT_EQ(Sprint("destroy --yes a.sprint").code, 0) << "what is left can be taken away";
}

TEST_F(Mistakes, AKeyThatDoesNotFitIsNamed) {
  Write("a.sprint", "import std.local\nresource local.zone plant { name = \"plant\" }\n");
  const auto with = [this](const std::string& key, const std::string& words) {
    return Sprint("version > /dev/null; XDG_CONFIG_HOME=" + key + " '" SPRINT "' " + words);
  };
  ASSERT_EQ(with("one", "secrets encrypt").code, 0);
  ASSERT_EQ(Sprint("workspace new x").code, 0);
  ASSERT_EQ(with("two", "secrets encrypt").code, 0);
  EXPECT_THAT(with("one", "show").err,
              HasSubstr("while opening it with the key file:one/sprint/state.key"));
}

TEST_F(Mistakes, VerbsAndOptionsThatThereAreNot) {
  const std::pair<const char*, const char*> cases[] = {
      {"pln", "there is no verb `pln`; did you mean `plan`?"},
      {"help pln", "there is no verb `pln`; did you mean `plan`?"},
      {"state lst", "there is no verb `lst` of `state`; did you mean `list`?"},
      {"state", "`state` needs one of its verbs: `list`, "},
      {"plan --jsn", "`plan` has no option `--jsn`; did you mean `--json`?"},
      {"plan -json", "`plan` has no option `-json`; did you mean `--json`?"},
      {"--json plan", "options stand behind the verb, `--json` too"},
      {"plan a b c", "nothing is known to do with `b` `c`\nSee `sprint plan --help`."},
      {"plan --wait soon", "--wait: `soon` is no number from 0"},
      {"state mv a", "TO is required\nSee `sprint state mv --help`."},
  };
  for (const auto& [words, message] : cases) {
    const Ran ran = Sprint(words);
    EXPECT_EQ(ran.code, 1) << words;
    EXPECT_EQ(ran.out, "") << words;
    EXPECT_THAT(ran.err, HasSubstr(std::string("sprint: ") + message)) << words;
  }
  const Ran alone = Sprint("");
  EXPECT_EQ(alone.code, 1);
  EXPECT_EQ(alone.err, Sprint("--help").out) << "who says nothing is told what there is";
  EXPECT_EQ(Sprint("help state rm").out, Sprint("state rm --help").out);
}

TEST_F(Mistakes, WhatMayNotBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  Write("secret.sprint", "let a = 1\n");
  ASSERT_EQ(chmod((folder_ + "/secret.sprint").c_str(), 0), 0);
  Refuses("secret.sprint", "Permission denied");
}

TEST_F(Mistakes, GarbageOfAHundredMegabytes) {
  std::string block(1 << 20, '\0');
  uint32_t state = 1;
  for (char& c : block) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  {
    std::ofstream out(folder_ + "/big.sprint", std::ios::binary);
    for (int i = 0; i < 100; ++i) out << block;
  }
  Refuses("big.sprint", "is larger than 64 MiB");
  // As large as may be, of bytes and of words.
  Write("bytes.sprint", block);
  Refuses("bytes.sprint", "error[E0108]");
  std::string words;
  while (words.size() < (9u << 20)) words += "a ";
  Write("words.sprint", words);
  Refuses("words.sprint", "error[E0108]");
}

TEST_F(Mistakes, HostileDepth) {
  const std::string many(100'000, '[');
  Write("brackets.sprint", "let a = " + many + "\n");
  Refuses("brackets.sprint", "error[E0107]");
  std::string braces = "component A ";
  for (int i = 0; i < 50'000; ++i) braces += "{ b ";
  Write("braces.sprint", braces);
  Refuses("braces.sprint", "error[E01");
  std::string nots = "let a = ";
  for (int i = 0; i < 50'000; ++i) nots += "not ";
  Write("nots.sprint", nots + "true\n");
  Refuses("nots.sprint", "error[E0107]");
  std::string sum = "let a = 1";
  for (int i = 0; i < 50'000; ++i) sum += " + 1";
  Write("sum.sprint", sum + "\n");
  Refuses("sum.sprint", "error[E0107]");
}

TEST_F(Mistakes, StrangeBytes) {
  Write("nul.sprint", std::string("let a\0 = 1\n", 11));
  Refuses("nul.sprint", "error[E0110]");
  Write("latin1.sprint", "let a = \"\xe4\"\n");
  Refuses("latin1.sprint", "not UTF-8");
  const std::string program = "component A {\n  image = \"a:1\"\n  demand { x = 1 ms }\n}\n";
  for (size_t length = 1; length + 1 < program.size(); length += 7) {
    Write("cut.sprint", program.substr(0, length));
    const Ran ran = Sprint("check cut.sprint");
    EXPECT_EQ(ran.code, 1) << program.substr(0, length);
    EXPECT_THAT(ran.err, HasSubstr("error[E")) << program.substr(0, length);
  }
}

}  // namespace
}  // namespace sprint::cli
