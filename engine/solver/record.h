#pragma once

#include <vector>

#include "engine/solver/certificate.h"
#include "engine/solver/progress.h"
#include "engine/solver/relaxation.h"

namespace sprint::solver {

// To six digits, so that what is written down is short.
std::vector<double> Short(std::vector<double> prices);

// Gives the case its prices, short ones unless only the long ones close it, and returns the
// bound at them: `bound` is the one at `prices`, which become those that are written down.
double WriteDown(Proof& proof, Relaxation& relaxation, const Hardware& hardware,
                 std::vector<double>& prices, double bound, const Progress& progress);

}  // namespace sprint::solver
