#include <cstdio>
#include <ctime>

#include "engine/cli/approve.h"
#include "engine/cli/house.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"

// Who holds the lock of a state, and its end.
namespace sprint::cli {
namespace {

// ISO 8601, UTC.
std::string TimeText(int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  char text[32] = "";
  if (gmtime_r(&time, &parts)) std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

// "40 s", "12 min", "3 h"; "" when the holder's clock is ahead of ours.
std::string AgeText(int64_t seconds) {
  const int64_t age = static_cast<int64_t>(std::time(nullptr)) - seconds;
  if (age < 0) return "";
  if (age < 120) return std::to_string(age) + " s";
  if (age < int64_t{120} * 60) return std::to_string(age / 60) + " min";
  return std::to_string(age / 3600) + " h";
}

value::Object LeaseJson(const state::Lease& lease) {
  return {{"operation", lease.purpose}, {"holder", lease.holder},         {"host", lease.host},
          {"pid", lease.pid},           {"since", TimeText(lease.since)}, {"token", lease.token}};
}

void PrintLease(const state::Lease& lease) {
  const std::string age = AgeText(lease.since);
  std::printf("locked by %s\n  since  %s%s\n  token  %lld\n", state::Describe(lease).c_str(),
              TimeText(lease.since).c_str(), age.empty() ? "" : (" (" + age + ")").c_str(),
              static_cast<long long>(lease.token));
}

struct Found {
  House house;
  std::optional<state::Lease> lease;
};

Result<Found> Look(const Options& options) {
  Found found;
  SPRINT_ASSIGN_OR_RETURN(const std::string path, ProgramFile(options));
  SPRINT_ASSIGN_OR_RETURN(found.house, HouseOf(path));
  SPRINT_ASSIGN_OR_RETURN(found.lease, state::HolderOf(found.house.url, found.house.space()));
  return found;
}

}  // namespace

int LockShow(const Options& options) {
  auto found = Look(options);
  if (!found.ok()) return Fail(found.error());
  if (options.json) {
    value::Object object = found->lease ? LeaseJson(*found->lease) : value::Object{};
    object["locked"] = found->lease.has_value();
    PrintJson(std::move(object));
  } else if (found->lease) {
    PrintLease(*found->lease);
  } else {
    std::puts("nobody holds the lock");
  }
  return Success;
}

int LockBreak(const Options& options) {
  auto found = Look(options);
  if (!found.ok()) return Fail(found.error());
  if (!found->lease) return Fail(Error(ErrorCode::NotFound, "nobody holds the lock"));
  const state::Lease& lease = *found->lease;
  if (options.token != 0 && options.token != lease.token) {
    return Fail(
        Error(ErrorCode::Conflict, "the lock has another holder by now: " + state::Describe(lease) +
                                       ", token " + std::to_string(lease.token)));
  }
  if (!options.json) PrintLease(lease);
  if (!Approved(options,
                "Break it? What its holder does next is refused, and calls under way are "
                "found out about by the next run.")) {
    return Failure;
  }
  if (Status done = state::BreakLease(found->house.url, found->house.space(), lease.token);
      !done.ok()) {
    return Fail(done.error());
  }
  if (options.json) {
    PrintJson(value::Object{{"broken", LeaseJson(lease)}});
  } else {
    std::puts("broken");
  }
  return Success;
}

}  // namespace sprint::cli
