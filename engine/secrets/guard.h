#pragma once

#include <memory>

#include "providers/host/provider.h"

// Secrets at the boundary to providers, and nowhere else.
namespace sprint::secrets {

// The secrets of a run, by the names that the program gives them. Called from several
// threads.
class Vault {
 public:
  virtual ~Vault() = default;
  // Fetched once and kept until the end of the run. Errors say where it was looked for.
  virtual Result<std::string> Text(const std::string& name) = 0;
  // As Keyring::Fingerprint.
  virtual std::string Fingerprint(const std::string& name, const std::string& text) const = 0;
};

// How a secret stands in plans, states and journals:
//   {"$secret": NAME}                                what a program asks for
//   {"$secret": {"name": NAME, "print": FINGERPRINT}}  what a provider was given, or gave
// and, where it is a part of a longer text, {"$join": [pieces]} with these among them.
bool IsSecret(const value::Value& value);
// `value` for people and outputs: each of these as the text "(secret NAME)".
value::Value Masked(const value::Value& value);

// `inner` behind a guard: what goes to it has the texts of secrets in place of what stands
// for them; in what comes back every text that is or holds a secret is replaced again, in
// values, private bytes, messages and errors. In a prior state a secret that has changed
// since, or that cannot be had, is a text that differs from any real one, so that the
// provider sees a change. A configuration with a secret that cannot be had is an error.
// `vault` must outlive the guard.
std::unique_ptr<host::Provider> Guard(std::unique_ptr<host::Provider> inner, Vault& vault);

}  // namespace sprint::secrets
