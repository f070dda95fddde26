#include "engine/cli/usage.h"

#include <algorithm>
#include <optional>

#include "compiler/diag/emitter.h"

namespace sprint::cli {
namespace {

const VerbWords* Find(const std::vector<VerbWords>& verbs, const std::string& name) {
  const auto found = std::find_if(verbs.begin(), verbs.end(),
                                  [&](const VerbWords& verb) { return verb.name == name; });
  return found == verbs.end() ? nullptr : &*found;
}

std::string Meant(const std::string& word, const std::vector<std::string>& candidates) {
  const auto meant = diag::ClosestMatch(word, candidates);
  return meant ? "; did you mean `" + *meant + "`?" : "";
}

std::string NoVerb(const std::string& word, const std::string& of,
                   const std::vector<VerbWords>& verbs) {
  std::vector<std::string> names;
  for (const VerbWords& verb : verbs) names.push_back(verb.name);
  const std::string place = of.empty() ? "" : " of `" + of + "`";
  return "there is no verb `" + word + "`" + place + Meant(word, names);
}

}  // namespace

std::string NoSuchWord(const std::vector<std::string>& words, const std::vector<VerbWords>& verbs) {
  auto word = words.begin();
  if (word == words.end()) return "";
  if (word->starts_with("-")) {
    const bool later = std::any_of(
        word, words.end(), [&](const std::string& other) { return Find(verbs, other) != nullptr; });
    return later ? "options stand behind the verb, `" + *word + "` too"
                 : "there is no option `" + *word + "` without a verb";
  }
  const VerbWords* verb = Find(verbs, *word);
  if (!verb) return NoVerb(*word, "", verbs);
  std::string name = verb->name;
  for (++word; word != words.end(); ++word) {
    if (word->starts_with("-")) break;
    const VerbWords* below = Find(verb->verbs, *word);
    // A group may be a verb itself, with arguments of its own.
    if (!below && !verb->verbs.empty() && !verb->alone) return NoVerb(*word, name, verb->verbs);
    if (!below) break;
    verb = below;
    name += " " + verb->name;
  }
  if (word == words.end() && !verb->alone) {
    std::string below;
    for (const VerbWords& one : verb->verbs)
      below += (below.empty() ? "`" : ", `") + one.name + "`";
    return "`" + name + "` needs one of its verbs: " + below;
  }
  std::vector<std::string> names;
  for (const auto& [option, does] : verb->options) names.push_back(option);
  for (; word != words.end() && *word != "--"; ++word) {
    if (!word->starts_with("-") || word->size() < 2) continue;
    std::string option = word->substr(0, word->find('='));
    if (option.size() == 2 && option != "-y") continue;
    if (std::find(names.begin(), names.end(), option) != names.end()) continue;
    // One dash instead of two, as other tools have it.
    const std::string dashes = option.starts_with("--") ? option : "-" + option;
    const bool known = std::find(names.begin(), names.end(), dashes) != names.end();
    return "`" + name + "` has no option `" + option + "`" +
           (known ? "; did you mean `" + dashes + "`?" : Meant(dashes, names));
  }
  return "";
}

}  // namespace sprint::cli
