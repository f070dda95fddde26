#pragma once

#include <random>
#include <string>

#include "providers/local/spec.h"

namespace sprint::local {

// Seconds a message of `bytes` spends on the link: delay, uniform in +- jitter, never
// below 0; bytes over bandwidth; and Retransmit for every time it is lost.
inline constexpr double Retransmit = 0.2;
double LinkTime(const LinkModel& link, size_t bytes, std::mt19937_64& random);

// A reverse proxy of one component, listening on HOST:PORT of its environment:
//   POST any target   to a backend chosen uniformly at random among those with room
//                     (traffic.h), another one if that takes no connection; an answer
//                     of 200 goes on as POST / to one of `next`, whose answer is the
//                     caller's
//   GET /health       200
//   GET /metrics.json?window=SECONDS (60)
//   GET /state.json   {"config": id in use, "leaving": requests under way to addresses
//                     that it no longer names}
// SIGHUP: reads the config file again; requests under way end where they are, those that
// wait set out by the new one. SIGTERM: takes no more, finishes what is under way, ends.
int RunProxy(const std::string& config_path);

}  // namespace sprint::local
