#include "engine/cli/completion.h"

namespace sprint::cli {
namespace {

// For a text between single quotes of a shell.
std::string Quoted(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out;
}

std::string NamesOf(const std::vector<VerbWords>& verbs) {
  std::string names;
  for (const VerbWords& verb : verbs) names += (names.empty() ? "" : " ") + verb.name;
  return names;
}

// One case of the first two words: those that a verb is called by come before the verb that
// is alone, whose second word is anything.
std::string BashCase(const std::string& pattern, const VerbWords& verb) {
  std::string text = "    " + pattern + ") verbs='" + NamesOf(verb.verbs) + "' options='";
  for (const auto& [option, does] : verb.options) text += option + " ";
  return text + "' ;;\n";
}

std::string Bash(const std::vector<VerbWords>& verbs) {
  std::string cases;
  for (const VerbWords& verb : verbs) {
    for (const VerbWords& below : verb.verbs) {
      cases += BashCase("'" + verb.name + " " + below.name + "'", below);
    }
    cases += BashCase("'" + verb.name + " '*", verb);
  }
  return "# bash: source <(sprint completion bash)\n"
         "_sprint() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} options= verbs=\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W '" +
         NamesOf(verbs) +
         "' -- \"$word\"))\n"
         "    return\n"
         "  fi\n"
         "  case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n" +
         cases +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
         "  elif [ \"$COMP_CWORD\" -eq 2 ] && [ -n \"$verbs\" ]; then\n"
         "    COMPREPLY=($(compgen -W \"$verbs\" -- \"$word\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -f -X '!*.sprint' -- \"$word\") $(compgen -d -- \"$word\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _sprint sprint\n";
}

std::string ZshVerbs(const std::vector<VerbWords>& verbs) {
  std::string text;
  for (const VerbWords& verb : verbs) text += "'" + verb.name + ":" + Quoted(verb.does) + "' ";
  return text;
}

std::string ZshCase(const std::string& pattern, const VerbWords& verb) {
  std::string text = "    " + pattern + ") verbs=(" + ZshVerbs(verb.verbs) + ") options=(";
  for (const auto& [option, does] : verb.options) text += "'" + option + ":" + Quoted(does) + "' ";
  return text + ") ;;\n";
}

std::string Zsh(const std::vector<VerbWords>& verbs) {
  std::string cases;
  for (const VerbWords& verb : verbs) {
    for (const VerbWords& below : verb.verbs) {
      cases += ZshCase("'" + verb.name + " " + below.name + "'", below);
    }
    cases += ZshCase("'" + verb.name + " '*", verb);
  }
  return "#compdef sprint\n"
         "# zsh: source <(sprint completion zsh)\n"
         "_sprint() {\n"
         "  local -a verbs options\n"
         "  if (( CURRENT == 2 )); then\n"
         "    verbs=(" +
         ZshVerbs(verbs) +
         ")\n"
         "    _describe verb verbs\n"
         "    return\n"
         "  fi\n"
         "  case \"${words[2]} ${words[3]}\" in\n" +
         cases +
         "  esac\n"
         "  if [[ ${words[CURRENT]} == -* ]]; then\n"
         "    _describe option options\n"
         "  elif (( CURRENT == 3 && $#verbs )); then\n"
         "    _describe verb verbs\n"
         "  else\n"
         "    _files -g '*.sprint'\n"
         "  fi\n"
         "}\n"
         "compdef _sprint sprint\n";
}

std::string FishOptions(const std::string& condition, const VerbWords& verb) {
  std::string out;
  for (const auto& [option, does] : verb.options) {
    const bool with_two = option.starts_with("--");
    out += "complete -c sprint -n '" + condition + "' " +
           (with_two ? "-l " + option.substr(2) : "-o " + option.substr(1)) + " -d '" +
           Quoted(does) + "'\n";
  }
  return out;
}

std::string Fish(const std::vector<VerbWords>& verbs) {
  std::string out =
      "# fish: sprint completion fish | source\n"
      "complete -c sprint -f\n"
      "complete -c sprint -n 'not __fish_use_subcommand' -k -a '(__fish_complete_suffix "
      ".sprint)'\n";
  for (const VerbWords& verb : verbs) {
    out += "complete -c sprint -n __fish_use_subcommand -a " + verb.name + " -d '" +
           Quoted(verb.does) + "'\n";
    const std::string seen = "__fish_seen_subcommand_from " + verb.name;
    const std::string alone =
        verb.verbs.empty() ? seen
                           : seen + "; and not __fish_seen_subcommand_from " + NamesOf(verb.verbs);
    out += FishOptions(alone, verb);
    for (const VerbWords& below : verb.verbs) {
      out += "complete -c sprint -n '" + alone + "' -a " + below.name + " -d '" +
             Quoted(below.does) + "'\n" +
             FishOptions(seen + "; and __fish_seen_subcommand_from " + below.name, below);
    }
  }
  return out;
}

}  // namespace

Result<std::string> CompletionScript(const std::string& shell,
                                     const std::vector<VerbWords>& verbs) {
  if (shell == "bash") return Bash(verbs);
  if (shell == "zsh") return Zsh(verbs);
  if (shell == "fish") return Fish(verbs);
  return Error(ErrorCode::InvalidArgument,
               "completion is there for `bash`, `zsh` and `fish`, not for `" + shell + "`");
}

}  // namespace sprint::cli
