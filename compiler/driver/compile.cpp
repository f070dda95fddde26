#include "compiler/driver/compile.h"

#include <algorithm>
#include <filesystem>

#include "compiler/parse/parse.h"
#include "compiler/sema/analyse.h"
#include "stdlib/stdlib.h"

namespace sprint::driver {
namespace {

constexpr size_t MostModules = 1'000;
constexpr size_t MostBytes = parse::Limits{}.bytes;  // of one file

std::string List(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

class Loader {
 public:
  Loader(const FileSystem& files, SourceTable& sources, diag::Emitter& emitter)
      : files_(files), sources_(sources), emitter_(emitter), unit_(std::make_shared<sema::Unit>()) {
    unit_->files = &files;
  }

  // False when the root cannot be read.
  bool LoadRoot(const std::string& path) {
    auto text = files_.ReadAtMost(path, MostBytes);
    if (!text.ok()) {
      emitter_.Error("E0209", {}, text.error().ToString());
      return false;
    }
    Add(path, std::move(*text), /*library=*/false, "");
    // Modules are added while this runs: imports of imports are found on the way.
    for (size_t i = 0; i < unit_->modules.size(); ++i) Import(*unit_->modules[i]);
    ReportCircles();
    for (const auto& module : unit_->modules) sema::Declare(*module, emitter_);
    return true;
  }

  std::shared_ptr<const sema::Unit> unit() const { return unit_; }

 private:
  sema::Module& Add(const std::string& name, std::string text, bool library, std::string prefix) {
    auto module = std::make_unique<sema::Module>();
    module->name = name;
    module->library = library;
    module->prefix = std::move(prefix);
    unit_->bytes += text.size();
    const FileId id = sources_.Add(name, std::move(text));
    module->file = parse::Parse(id, sources_, emitter_);
    unit_->modules.push_back(std::move(module));
    return *unit_->modules.back();
  }

  const sema::Module* Find(const std::string& name) const {
    for (const auto& module : unit_->modules) {
      if (module->name == name) return module.get();
    }
    return nullptr;
  }

  void Import(sema::Module& module) {
    std::map<std::string, Loc> aliases;
    for (const ast::BlockPtr& block : module.file.declarations) {
      if (block->keyword.text != "import") continue;
      if (unit_->modules.size() >= MostModules) {
        emitter_.Error("E0209", block->loc, "a program has at most 1000 files");
        return;
      }
      const sema::Module* imported = nullptr;
      std::string alias;
      if (block->value) {
        imported = ImportFile(module, *block);
        if (block->value) alias = std::filesystem::path(FileName(*block)).stem().string();
      } else if (!block->names.empty()) {
        imported = ImportLibrary(*block);
        alias = block->names.front().parts.back().text;
      }
      if (!imported) continue;
      imports_.push_back({{&module, block.get()}, imported});
      if (block->label) alias = block->label->text;
      const auto [first, fresh] = aliases.try_emplace(alias, block->loc);
      if (!fresh) {
        emitter_.Error("E0207", block->loc, "two imports are called `" + alias + "`")
            .Label(first->second, "first here")
            .Help("give one another name: import … as NAME");
        continue;
      }
      module.imports.emplace(alias, imported);
    }
  }

  static std::string FileName(const ast::Block& block) {
    const auto* text = std::get_if<ast::TextExpr>(&block.value->node);
    std::string name;
    if (!text) return name;
    for (const auto& piece : text->pieces) name += piece.literal;
    return name;
  }

  const sema::Module* ImportFile(const sema::Module& from, const ast::Block& block) {
    const std::string written = FileName(block);
    if (written.empty()) return nullptr;
    const std::string name = sema::PathBeside(from, written);
    if (const sema::Module* known = Find(name)) return known;
    auto text = files_.ReadAtMost(name, MostBytes);
    if (!text.ok()) {
      emitter_.Error("E0209", block.value->loc, text.error().ToString());
      return nullptr;
    }
    return &Add(name, std::move(*text), /*library=*/false, "");
  }

  const sema::Module* ImportLibrary(const ast::Block& block) {
    const ast::Path& path = block.names.front();
    const std::string name = path.text();
    if (const sema::Module* known = Find(name)) return known;
    const auto text = name.starts_with("std.") ? stdlib::Find(name.substr(4)) : std::nullopt;
    if (!text) {
      std::vector<std::string> names;
      for (const std::string& known : stdlib::Names()) names.push_back("std." + known);
      const auto meant = diag::ClosestMatch(name, names);
      emitter_.Error("E0209", path.loc, "there is no module `" + name + "`")
          .Help(meant ? "did you mean `" + *meant + "`?" : "there are " + List(names));
      return nullptr;
    }
    return &Add(name, std::string(*text), /*library=*/true, name.substr(4) + ".");
  }

  // Of each circle the import that closes it, found by going through imports in order.
  void ReportCircles() {
    std::vector<const sema::Module*> done, way;
    Visit(*unit_->modules.front(), way, done);
  }

  void Visit(const sema::Module& module, std::vector<const sema::Module*>& way,
             std::vector<const sema::Module*>& done) {
    way.push_back(&module);
    for (const auto& [block, next] : imports_) {
      if (block.module != &module) continue;
      const auto met = std::find(way.begin(), way.end(), next);
      if (met != way.end()) {
        std::string circle;
        for (auto step = met; step != way.end(); ++step) circle += (*step)->name + " -> ";
        emitter_.Error("E0210", block.import->loc,
                       "this import closes a circle: " + circle + next->name);
      } else if (std::find(done.begin(), done.end(), next) == done.end()) {
        Visit(*next, way, done);
      }
    }
    way.pop_back();
    done.push_back(&module);
  }

  struct Edge {
    const sema::Module* module;
    const ast::Block* import;
  };
  std::vector<std::pair<Edge, const sema::Module*>> imports_;
  const FileSystem& files_;
  SourceTable& sources_;
  diag::Emitter& emitter_;
  std::shared_ptr<sema::Unit> unit_;
};

}  // namespace

std::optional<ir::Program> Compile(const std::string& root, const FileSystem& files,
                                   SourceTable& sources, diag::Emitter& emitter,
                                   const std::map<std::string, std::string>& params) {
  Loader loader(files, sources, emitter);
  const std::string path = std::filesystem::path(root).lexically_normal().string();
  if (!loader.LoadRoot(path)) return std::nullopt;
  ir::Program program =
      sema::Analyse(loader.unit(), sources, emitter, {params.begin(), params.end()});
  program.directory = std::filesystem::path(path).parent_path().string();
  return program;
}

}  // namespace sprint::driver
