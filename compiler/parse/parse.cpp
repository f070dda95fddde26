#include "compiler/parse/parse.h"

#include <llvm/Support/ConvertUTF.h>

#include <exception>
#include <string>

#include "compiler/parse/build.h"
#include "compiler/parse/layout.h"
#include "compiler/parse/syntax.h"
#include "compiler/parse/tokens.h"

namespace sprint::parse {
namespace {

// The offset of the first byte that is not UTF-8, or the size.
size_t ValidUtf8(std::string_view text) {
  const auto* begin = reinterpret_cast<const llvm::UTF8*>(text.data());
  const llvm::UTF8* at = begin;
  llvm::isLegalUTF8String(&at, begin + text.size());
  return static_cast<size_t>(at - begin);
}

std::string Megabytes(size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

// May throw; everything that does comes from ANTLR, or is out of memory.
void ReadFile(std::string_view text, const Limits& limits, Log& log, ast::File& file) {
  const Tokens tokens = ReadTokens(text, limits.tokens);
  if (!tokens.complete) {
    log.Error("E0108", 0, 0,
              "file has more than " + std::to_string(limits.tokens) + " words and signs");
    return;
  }
  const Layout layout = Arrange(text, tokens.all, limits, log);
  file.doc = layout.file_doc;
  Builder builder(text, layout, log);
  Syntax syntax(text, layout, log);
  for (const auto& [first, last] : layout.declarations) {
    if (log.errors() >= limits.errors) {
      const Token& next = layout.tokens[first];
      log.Error("E0113", next.begin, next.end,
                "the rest of the file was not read: it has too many mistakes");
      return;
    }
    if (last - first > limits.declaration) {
      const Token& name = layout.tokens[first];
      log.Error("E0108", name.begin, name.end,
                "this declaration has more than " + std::to_string(limits.declaration) +
                    " words and signs")
          .Help("part it into several");
      continue;
    }
    syntax.WithTree(first, last, [&](grammar::SprintParser::DeclarationContext* tree) {
      if (ast::BlockPtr block = builder.Declaration(tree))
        file.declarations.push_back(std::move(block));
    });
  }
}

}  // namespace

ast::File Parse(FileId id, const SourceTable& sources, diag::Emitter& emitter,
                const Limits& limits) {
  ast::File file;
  file.id = id;
  Log log(id, emitter);
  const std::string_view text = sources.text(id);
  if (text.size() > limits.bytes) {
    log.Error("E0108", 0, 0, "file is larger than " + Megabytes(limits.bytes));
    return file;
  }
  if (const size_t valid = ValidUtf8(text); valid < text.size()) {
    const auto at = static_cast<uint32_t>(valid);
    log.Error("E0108", at, at + 1, "file is not UTF-8 from here on");
    return file;
  }
  try {
    ReadFile(text, limits, log, file);
  } catch (const std::exception& e) {
    log.Error("E0114", 0, 0, std::string("the parser gave up: ") + e.what());
  } catch (...) {
    log.Error("E0114", 0, 0, "the parser gave up");
  }
  return file;
}

}  // namespace sprint::parse
