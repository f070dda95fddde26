#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "providers/value/value.h"

namespace sprint::local {

// One file for each thing that exists, in a folder for each kind, only this user's to
// read: it is written before the thing is made and removed after it has gone, so a
// thing without a file does not exist.
class Registry {
 public:
  // Once, before anything else.
  void SetDirectory(std::string directory) { directory_ = std::move(directory); }

  // Held while something is chosen that must be nobody else's: an address, a port, a
  // name. Excludes other threads and other processes. Makes the directory.
  class Lock {
   public:
    ~Lock();
    Lock(const Lock&) = delete;

   private:
    friend class Registry;
    explicit Lock(std::mutex& mutex) : lock_(mutex) {}
    std::unique_lock<std::mutex> lock_;
    int fd_ = -1;
  };
  // Errors: Denied, Internal (no directory can be made there).
  Result<std::unique_ptr<Lock>> Acquire();

  std::optional<value::Value> Get(const std::string& kind, const std::string& id) const;
  // In the order of their file names.
  std::vector<value::Value> All(const std::string& kind) const;
  Status Put(const std::string& kind, const std::string& id, const value::Value& record);
  // The record, the files beside it and its logs.
  void Remove(const std::string& kind, const std::string& id);
  // Removes the directory if it holds nothing.
  void Tidy();

  // A file beside the record: "DIRECTORY/KIND/ID.SUFFIX".
  std::string File(const std::string& kind, const std::string& id, const std::string& suffix) const;
  std::string LogFile(const std::string& kind, const std::string& id) const;
  const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
  std::mutex mutex_;
};

// `name` if that is a plain file name, else one made of it and its hash.
std::string FileName(const std::string& name);

}  // namespace sprint::local
