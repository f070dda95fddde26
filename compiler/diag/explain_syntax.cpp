#include "compiler/diag/pages.h"

namespace sprint::diag {
namespace {

constexpr Page All[] = {
    {"E0101", "something else was expected here",
     "The text does not follow the form of the language at the marked place. Attributes are\n"
     "`name = value`, blocks are `kind Name { … }`. The rest of the file was read.",
     R"(component Blur {
  image  = "blur:1"
  memory 2 GiB
}
)",
     R"(component Blur {
  image  = "blur:1"
  memory = 2 GiB
}
)"},
    {"E0102", "a bracket is not closed, or closes nothing",
     "Every `(`, `[` and `{` needs its counterpart. An open `(` or `[` is taken to end on its\n"
     "line, and an open `{` before the next declaration that begins at the left margin.",
     R"(let xs = [1, 2, 3
let ys = [4, 5, 6]
)",
     R"(let xs = [1, 2, 3]
let ys = [4, 5, 6]
)"},
    {"E0103", "a text is not closed",
     "A text between single quotes marks ends on the line it begins on. One of several lines\n"
     "stands between `\"\"\"` at the end of a line and `\"\"\"` at the beginning of another.",
     R"(let greeting = "hello
)",
     R"(let greeting = "hello"
)"},
    {"E0104", "a text cannot be read",
     "Within a text, `\\n`, `\\t`, `\\r`, `\\\"`, `\\\\`, `\\{`, `\\}` and `\\u{1F600}` are "
     "escapes, and\n"
     "`{…}` is computed. Names and what is imported must be plain.",
     R"(let path = "C:\data"
)",
     R"(let path = "C:\\data"
)"},
    {"E0105", "an attribute stands outside of any block",
     "At the top of a file there are declarations only. To give a value a name for the whole\n"
     "file, write `let`; for one that is given from outside, `param`.",
     R"(cameras = 4
)",
     R"(let cameras = 4
)"},
    {"E0106", "comparisons do not chain",
     "A comparison gives true or false, and that is not compared again. Join two comparisons\n"
     "by `and`.",
     R"(let x  = 2
let ok = 1 < x < 3
)",
     R"(let x  = 2
let ok = 1 < x and x < 3
)"},
    {"E0107", "nested too deep, or too long",
     "Brackets nest at most 200 deep, and one expression has at most 1000 operators. This is a\n"
     "protection against files that are made to bring down who reads them; name parts with\n"
     "`let`, or write a list and `sum` it.",
     "", ""},
    {"E0108", "the file cannot be read as a program",
     "A program is UTF-8 text of at most 64 MiB and sixteen million words and signs, of which one\n"
     "declaration has at most half a million.",
     "", ""},
    {"E0109", "two items on one line", "Items of a block are separated by a line end or a comma.",
     R"(component Blur {
  image = "blur:1" memory = 2 GiB
}
)",
     R"(component Blur {
  image = "blur:1", memory = 2 GiB
}
)"},
    {"E0110", "a sign or habit of another language",
     "Texts stand in double quotes, comments begin with `//`, and the words `and`, `or`, `not`\n"
     "stand for `&&`, `||`, `!`. Names are made of a-z, A-Z, 0-9 and `_`.",
     R"(let name = 'blur'
)",
     R"(let name = "blur"
)"},
    {"E0111", "a name is written in quotes",
     "What is declared has a plain name, so that it can be referred to. Quotes are for values,\n"
     "and for keys that are no names: `\"app.io/role\" = \"edge\"`.",
     R"(data "Frame" { class = public }
)",
     R"(data Frame { class = public }
)"},
    {"E0112", "a number out of range", "Numbers go up to about 1.8e308.",
     R"(let huge = 1e999
)",
     R"(let huge = 1e99
)"},
    {"E0113", "too many mistakes",
     "After a hundred mistakes the rest of a file is not read: it is hardly a Sprint program.", "",
     ""},
    {"E0114", "the parser gave up",
     "This is a mistake of Sprint, not of the program. Please report it with the file.", "", ""},
};

}  // namespace

std::span<const Page> SyntaxPages() { return All; }

}  // namespace sprint::diag
