#include "tests/e2e/state/places.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "engine/state/store.h"

namespace sprint::state {
namespace fs = std::filesystem;

namespace {

// Of the moment: nobody listens there.
int FreePort() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  (void)bind(listener, reinterpret_cast<sockaddr*>(&address), size);
  (void)getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  close(listener);
  return ntohs(address.sin_port);
}

// Starts a program in `folder`, as `user` when one is given; it dies with us. Its words
// go into folder/log.
pid_t Start(const std::vector<std::string>& words, const std::string& folder, const passwd* user) {
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  if (user && (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // setuid forgets it
  if (!freopen((folder + "/log").c_str(), "a", stdout) || dup2(fileno(stdout), 2) < 0) _exit(126);
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  execv(pointers[0], pointers.data());
  _exit(127);
}

bool Until(const std::function<bool()>& condition) {
  for (int i = 0; i < 300; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

std::string LogOf(const std::string& folder) {
  std::ifstream file(folder + "/log");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return text.substr(text.size() - std::min<size_t>(text.size(), 800));
}

void MakeSchema(const std::string& url, const std::string& schema) {
  PGconn* connection = PQconnectdb(url.c_str());
  PQclear(PQexec(connection, ("CREATE SCHEMA " + schema).c_str()));
  PQfinish(connection);
}

// A server of this run of the tests, started when first asked for and stopped at its end.
class Server {
 public:
  ~Server() {
    if (pid_ <= 0) return;
    kill(pid_, SIGTERM);
    for (int i = 0; i < 100 && waitpid(pid_, nullptr, WNOHANG) == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  std::string url, why, ca;

 protected:
  Folder folder_;
  pid_t pid_ = -1;
};

// An authority in folder/ca.pem and a certificate for 127.0.0.1 of it.
bool MakeCertificates(const std::string& folder) {
  const std::string script =
      "cd '" + folder +
      "' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
      "-subj /CN=tests -keyout ca.key -out ca.pem && openssl req -newkey ec -pkeyopt "
      "ec_paramgen_curve:P-256 -nodes -subj /CN=127.0.0.1 -keyout server.key -out server.csr && "
      "printf 'subjectAltName=IP:127.0.0.1' >san && openssl x509 -req -in server.csr -CA ca.pem "
      "-CAkey ca.key -CAcreateserial -days 2 -extfile san -out server.pem";
  return std::system(("( " + script + " ) >/dev/null 2>&1").c_str()) == 0;
}

class Etcd : public Server {
 public:
  explicit Etcd(bool tls = false) {
    const std::string program = "/usr/bin/etcd";
    if (access(program.c_str(), X_OK) != 0) {
      why = "etcd is not installed (package etcd-server)";
      return;
    }
    const std::string host = "127.0.0.1:" + std::to_string(FreePort());
    const std::string client = (tls ? "https://" : "http://") + host;
    const std::string peer = "http://127.0.0.1:" + std::to_string(FreePort());
    std::vector<std::string> words = {program,
                                      "--data-dir",
                                      folder_.path() + "/data",
                                      "--listen-client-urls",
                                      client,
                                      "--advertise-client-urls",
                                      client,
                                      "--listen-peer-urls",
                                      peer,
                                      "--initial-advertise-peer-urls",
                                      peer,
                                      "--initial-cluster",
                                      "default=" + peer,
                                      "--logger",
                                      "zap"};
    url = "etcd://" + host + "/tests";
    std::string up = url + "/up";
    if (tls) {
      MakeCertificates(folder_.path());
      words.insert(words.end(), {"--cert-file", folder_.path() + "/server.pem", "--key-file",
                                 folder_.path() + "/server.key"});
      ca = folder_.path() + "/ca.pem";
      up += "?ca=" + ca;
    }
    pid_ = Start(words, folder_.path(), nullptr);
    if (!Until([&] { return Spaces(up).ok(); })) {
      why = "etcd does not start: " + LogOf(folder_.path());
    }
  }
};

class Postgres : public Server {
 public:
  explicit Postgres(bool tls = false) {
    std::string bin;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", none)) {
      if (access((entry.path() / "bin/postgres").c_str(), X_OK) == 0) bin = entry.path() / "bin";
    }
    // It refuses to run as root.
    const passwd* user = geteuid() == 0 ? getpwnam("postgres") : getpwuid(geteuid());
    if (bin.empty() || !user) {
      why = "PostgreSQL is not installed (package postgresql)";
      return;
    }
    const std::string owner = user->pw_name;
    (void)chmod(folder_.path().c_str(), 0755);
    const std::string home = folder_.path() + "/pg";
    fs::create_directory(home);
    if (geteuid() == 0 && chown(home.c_str(), user->pw_uid, user->pw_gid) != 0) return;
    const passwd copy = *user;
    const passwd* as = geteuid() == 0 ? &copy : nullptr;
    const std::string data = home + "/data";
    const pid_t init = Start({bin + "/initdb", "-D", data, "-A", "trust", "-U", "tests", "-E",
                              "UTF8", "--no-sync", "--locale=C"},
                             home, as);
    int status = 0;
    waitpid(init, &status, 0);
    const std::string port = std::to_string(FreePort());
    url = "postgres://tests@127.0.0.1:" + port + "/postgres";
    std::string up = url;
    if (status == 0) {
      std::vector<std::string> words = {bin + "/postgres",
                                        "-D",
                                        data,
                                        "-p",
                                        port,
                                        "-c",
                                        "listen_addresses=127.0.0.1",
                                        "-c",
                                        "unix_socket_directories=",
                                        "-c",
                                        "shared_buffers=16MB"};
      if (tls) {
        MakeCertificates(home);
        for (const char* name : {"/server.pem", "/server.key"}) {
          if (as && chown((home + name).c_str(), as->pw_uid, as->pw_gid) != 0) return;
          (void)chmod((home + name).c_str(), 0600);
        }
        words.insert(words.end(), {"-c", "ssl=on", "-c", "ssl_cert_file=" + home + "/server.pem",
                                   "-c", "ssl_key_file=" + home + "/server.key"});
        ca = home + "/ca.pem";
        up += "?sslmode=verify-full&sslrootcert=" + ca;
      }
      pid_ = Start(words, home, as);
    }
    if (status != 0 || !Until([&] { return Spaces(up).ok(); })) {
      why = "PostgreSQL does not start (as " + owner + "): " + LogOf(home);
    }
  }
};

}  // namespace

Folder::Folder() {
  std::string pattern = testing::TempDir() + "stateXXXXXX";
  if (mkdtemp(pattern.data())) path_ = pattern;
}
Folder::~Folder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

std::vector<std::string> Kinds() { return {"sqlite", "etcd", "postgres"}; }

std::string Place(const std::string& kind, std::string& why) {
  static std::atomic<int> count{0};
  const std::string number = std::to_string(++count);
  if (kind == "sqlite") {
    static const Folder folder;
    return "sqlite:" + folder.path() + "/" + number + "/state.db";
  }
  if (kind == "etcd") {
    static const Etcd etcd;
    why = etcd.why;
    return why.empty() ? etcd.url + number : "";
  }
  static const Postgres postgres;
  why = postgres.why;
  if (!why.empty()) return "";
  // A schema of its own, as an administrator would make it.
  const std::string schema = "place" + number;
  MakeSchema(postgres.url, schema);
  return postgres.url + "?options=-csearch_path%3D" + schema;
}

std::string TlsPlace(const std::string& kind, std::string& ca, std::string& why) {
  const auto give = [&](const Server& server) {
    ca = server.ca;
    why = server.why;
    return why.empty() ? server.url : "";
  };
  if (kind == "etcd") {
    static const Etcd etcd(true);
    return give(etcd);
  }
  static const Postgres postgres(true);
  return give(postgres);
}

}  // namespace sprint::state
