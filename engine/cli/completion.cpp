#include "engine/cli/completion.h"

namespace sprint::cli {
namespace {

// For a text between single quotes of a shell.
std::string Quoted(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out;
}

std::string Bash(const std::vector<VerbWords>& verbs) {
  std::string names, cases;
  for (const VerbWords& verb : verbs) {
    names += (names.empty() ? "" : " ") + verb.name;
    cases += "    " + verb.name + ") options='";
    for (const auto& [option, does] : verb.options) cases += option + " ";
    cases += "' ;;\n";
  }
  return "# bash: source <(sprint completion bash)\n"
         "_sprint() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} options=\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W '" +
         names +
         "' -- \"$word\"))\n"
         "    return\n"
         "  fi\n"
         "  case ${COMP_WORDS[1]} in\n" +
         cases +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -f -X '!*.sprint' -- \"$word\") $(compgen -d -- \"$word\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _sprint sprint\n";
}

std::string Zsh(const std::vector<VerbWords>& verbs) {
  std::string names, cases;
  for (const VerbWords& verb : verbs) {
    names += "    '" + verb.name + ":" + Quoted(verb.does) + "'\n";
    cases += "    " + verb.name + ") options=(";
    for (const auto& [option, does] : verb.options) {
      cases += "'" + option + ":" + Quoted(does) + "' ";
    }
    cases += ") ;;\n";
  }
  return "#compdef sprint\n"
         "# zsh: source <(sprint completion zsh)\n"
         "_sprint() {\n"
         "  local -a verbs options\n"
         "  verbs=(\n" +
         names +
         "  )\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe verb verbs\n"
         "    return\n"
         "  fi\n"
         "  case ${words[2]} in\n" +
         cases +
         "  esac\n"
         "  if [[ ${words[CURRENT]} == -* ]]; then\n"
         "    _describe option options\n"
         "  else\n"
         "    _files -g '*.sprint'\n"
         "  fi\n"
         "}\n"
         "compdef _sprint sprint\n";
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
    for (const auto& [option, does] : verb.options) {
      const bool with_two = option.starts_with("--");
      out += "complete -c sprint -n '__fish_seen_subcommand_from " + verb.name + "' " +
             (with_two ? "-l " + option.substr(2) : "-o " + option.substr(1)) + " -d '" +
             Quoted(does) + "'\n";
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
