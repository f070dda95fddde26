#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/support/check.h"
#include "compiler/support/loc.h"

namespace sprint {

// Why the world did not do what was asked. Whether to retry follows from the
// code, never from the text.
enum class ErrorCode {
  InvalidArgument,
  NotFound,
  Conflict,
  Unavailable,
  Timeout,
  Cancelled,
  Denied,
  Protocol,
  Internal,
};

const char* Name(ErrorCode code);

// A failure of the world: a file, a network, a provider, a limit. Each layer that
// passes it up adds one frame with what it alone knows.
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::vector<std::string>& frames() const { return frames_; }
  const std::optional<Loc>& loc() const { return loc_; }

  Error While(std::string frame) && {
    frames_.push_back(std::move(frame));
    return std::move(*this);
  }
  Error At(Loc loc) && {
    loc_ = loc;
    return std::move(*this);
  }
  // "message; while a; while b", innermost frame first.
  std::string ToString() const;

 private:
  ErrorCode code_;
  std::string message_;
  std::vector<std::string> frames_;
  std::optional<Loc> loc_;
};

// A value or an Error, shaped like std::expected.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : data_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : data_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return data_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() {
    SPRINT_CHECK(ok(), "value of a failed Result");
    return *std::get_if<0>(&data_);
  }
  const T& value() const {
    SPRINT_CHECK(ok(), "value of a failed Result");
    return *std::get_if<0>(&data_);
  }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const {
    SPRINT_CHECK(!ok(), "error of a good Result");
    return *std::get_if<1>(&data_);
  }
  Error TakeError() {
    SPRINT_CHECK(!ok(), "error of a good Result");
    return std::move(*std::get_if<1>(&data_));
  }
  T TakeValue() { return std::move(value()); }

 private:
  std::variant<T, Error> data_;
};

struct Unit {};
using Status = Result<Unit>;
inline Status Ok() { return Unit{}; }

#define SPRINT_CONCAT_INNER(a, b) a##b
#define SPRINT_CONCAT(a, b) SPRINT_CONCAT_INNER(a, b)
#define SPRINT_RETURN_IF_ERROR(expression)                        \
  do {                                                            \
    if (auto sprint_status = (expression); !sprint_status.ok()) { \
      return sprint_status.TakeError();                           \
    }                                                             \
  } while (false)
#define SPRINT_ASSIGN_OR_RETURN(declaration, expression) \
  SPRINT_ASSIGN_OR_RETURN_IMPL(SPRINT_CONCAT(sprint_result_, __LINE__), declaration, expression)
#define SPRINT_ASSIGN_OR_RETURN_IMPL(temporary, declaration, expression) \
  auto temporary = (expression);                                         \
  if (!temporary.ok()) return temporary.TakeError();                     \
  declaration = temporary.TakeValue()

}  // namespace sprint
