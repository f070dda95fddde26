#pragma once

#include <vector>

#include "compiler/sema/builder.h"

namespace sprint::sema {

// `profile = "times.csv"`: demands from measured times. The table, CSV beside the file that
// names it, has a row for each request that was measured:
//
//   kind,time (ms),cold (ms)
//   edge.RaspberryPi4,181.2,
//   aws.Lambda,64.0,
//   aws.Lambda,,1210
//
// `kind` names a kind as the program does; a time stands in the unit that its heading names;
// other columns are passed over. Of each kind, `time` gives the mean and, of two or more rows,
// the variation of the demand, `cold` the mean time of an instance that has to start first.
//
// Adds them to `demands`; what is wrong is reported where it stands, in the table or at
// `attribute`, the value that named the file.
void ReadProfile(Builder& builder, const Module& module, const std::string& file, Loc attribute,
                 std::vector<ir::Demand>& demands);

}  // namespace sprint::sema
