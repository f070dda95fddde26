#pragma once

#include <span>

#include "compiler/diag/explain.h"

// Internal to compiler/diag: the pages, a hundred of codes a file.
namespace sprint::diag {

std::span<const Page> SyntaxPages();
std::span<const Page> NamePages();
std::span<const Page> ValuePages();
std::span<const Page> ProgramPages();

}  // namespace sprint::diag
