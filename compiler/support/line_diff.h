#pragma once

#include <string>

namespace sprint {

// What differs between two texts, line by line, in the unified form (`-` old, `+` new,
// three lines around); empty when nothing does. Texts that differ in more than about
// three thousand lines are shown as one whole replaced by the other.
std::string UnifiedDiff(const std::string& name, const std::string& before,
                        const std::string& after);

}  // namespace sprint
