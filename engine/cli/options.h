#pragma once

#include <map>
#include <string>
#include <vector>

namespace sprint::cli {

inline constexpr const char* Version = "0.1.0";

// What the command line said; each verb reads what concerns it.
struct Options {
  std::string file;    // the root .sprint file; "": the only one in this folder
  std::string deploy;  // "": the only one of the program
  std::map<std::string, std::string> params;
  bool json = false;
  bool colour = false;
  // plan, apply, destroy
  std::string out;           // plan: save here
  bool sensitivity = false;  // plan: how far prices and bounds may move
  std::string certificate;   // plan: write the proof of the placement here
  bool peer_rules = false;   // plan: what the peers' rules say of it
  std::string plan_file;     // apply: execute this saved plan
  bool auto_approve = false;
  bool replan = false;  // apply: whatever another placement costs when machines are refused
  bool refresh = true;
  bool refresh_only = false;
  std::vector<std::string> targets, excludes, replace;  // addresses
  std::vector<std::string> not_made;  // addresses of calls cut off that made nothing
  unsigned parallel = 10;
  // agent
  double seconds = 0;    // then it ends; 0: runs until told to stop
  double window = 60;    // status: s that measured values cover
  double wait = 0;       // status: s to measure from now; 0: what is past
  int64_t decision = 0;  // why
  // profile
  std::string requests;   // folder with request bodies
  std::string component;  // "": all
  std::string kind;       // "": all
  unsigned count = 60;    // requests to each
  bool write = false;
  // simulate
  struct {
    double seconds = 0;        // simulated and measured; 0: as `requests` say
    double requests = 100000;  // that enter in the measured time
    double warmup = -1;        // s before; below 0: a tenth of the measured time
    double rate = 0;           // requests/s; 0: the program's workload
    std::string arrivals = "poisson", trace;
    std::string service = "stated", cores = "shared", balance = "random";
    double cv = 1;
    uint64_t seed = 1;
  } simulate;
  // fmt
  bool check_only = false, diff = false;
  std::vector<std::string> files;  // also of check; why: its words
  // graph
  bool svg = false;
  // import, export
  double workload = 0;  // requests/s instead of the file's; 0: the file's
  std::string system;   // export: the file the program was imported from
  bool flat = false;    // export: without the level of deployments
  // state, workspace, lock, secrets
  std::string from, to;    // state mv: addresses; state migrate: where to
  std::string source;      // secrets rotate: of the new key; "": the same
  bool force = false;      // what is otherwise refused
  bool sensitive = false;  // state export, state show: what is otherwise not shown
  bool sealed = false;     // state export: encrypted
  int64_t token = 0;       // lock break: only this one; 0: whichever there is
  // init, explain, completion, why, show, output, agent replay, state, workspace
  std::string subject;
};

// Exit codes of every verb.
inline constexpr int Success = 0;
inline constexpr int Failure = 1;
inline constexpr int Pending = 2;  // plan: there are changes; fmt --check: differences
inline constexpr int Interrupted = 130;

// One function a verb; each returns an exit code.
int Init(const Options& options);
int Check(const Options& options);
int Format(const Options& options);
int Explain(const Options& options);
int Plan(const Options& options);
int Apply(const Options& options);
int Destroy(const Options& options);
int Show(const Options& options);
int StateList(const Options& options);
int StateShow(const Options& options);
int StateMove(const Options& options);
int StateForget(const Options& options);
int StateExport(const Options& options);
int StateImport(const Options& options);
int StateMigrate(const Options& options);
int WorkspaceList(const Options& options);
int WorkspaceShow(const Options& options);
int WorkspaceNew(const Options& options);
int WorkspaceSelect(const Options& options);
int WorkspaceDelete(const Options& options);
int LockShow(const Options& options);
int LockBreak(const Options& options);
int SecretsList(const Options& options);
int SecretsCheck(const Options& options);
int SecretsRotate(const Options& options);
int SecretsEncrypt(const Options& options);
int SecretsDecrypt(const Options& options);
int Output(const Options& options);
int Graph(const Options& options);
int Why(const Options& options);
int Simulate(const Options& options);
int Profile(const Options& options);
int Import(const Options& options);
int Export(const Options& options);
int Agent(const Options& options);
int AgentStatus(const Options& options);
int AgentHistory(const Options& options);
int AgentWhy(const Options& options);
int AgentReplay(const Options& options);

}  // namespace sprint::cli
