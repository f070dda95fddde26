#pragma once

#include "engine/plan/plan.h"

// What the user should know besides the steps.
namespace sprint::plan {

// Attributes that somebody else changed and that are not set back.
void NoteDrift(Plan& plan);

// The same object under another name is most likely a rename: destroying it and making
// it again is what nobody wants.
void NoteRenames(Plan& plan);

}  // namespace sprint::plan
