#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

#include "compiler/support/address.h"
#include "engine/exchange/tofu_state.h"
#include "engine/secrets/source.h"
#include "engine/settings/settings.h"
#include "engine/state/document.h"
#include "engine/state/edit.h"
#include "engine/state/keyed_store.h"
#include "engine/state/location.h"
#include "tests/testing/memory_backend.h"
#include "tests/testing/memory_files.h"

// Whatever the bytes: everything that reads a state, and what says where it is, reads it or
// refuses it, and what was read is the same after it was written and read again.
namespace sprint::state {
namespace {

// Of the sealed seeds; one of a key file, which needs no stretching.
constexpr const char* KeyText = "sprint-key-1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const char* const Lineage = "0b7f52a0-0000-4000-8000-000000000001";

[[noreturn]] void Fail(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s\n%s\n", what, text.c_str());
  std::abort();
}

// What a passphrase costs is bounded, but it is not what is tried here.
bool NeedsStretching(const std::string& bytes) {
  return bytes.find("argon2id") != std::string::npos;
}

void ReadDocument(const std::string& bytes) {
  AskKey ask;
  if (!NeedsStretching(bytes)) ask = [] { return Result<std::string>(KeyText); };
  const auto first = DocumentFromText(bytes, ask);
  if (!first.ok()) return;
  const std::string text = ToText(*first);
  const auto second = DocumentFromText(text);
  if (!second.ok() || ToText(*second) != text) Fail("a document does not survive", text);
  if (!DocumentFromText(ToText(Mask(first->snapshot))).ok()) Fail("a masked one does not", text);
  if (first->keyring) {
    const auto again = DocumentFromText(Seal(*first, *first->keyring, first->locked), ask);
    if (!again.ok() || ToText(*again) != text) Fail("a sealed document does not survive", text);
  }
  // Whoever forgets everything one by one has nothing left.
  Snapshot snapshot = first->snapshot;
  snapshot.open.clear();
  while (!snapshot.records.empty()) {
    const std::string address = snapshot.records.begin()->first;
    if (!Forget(snapshot, address).ok()) Fail("cannot be forgotten", address);
  }
}

void ReadTofu(const std::string& bytes) {
  if (!exchange::LooksLikeTofuState(bytes)) return;
  const auto read = exchange::ReadTofuState(bytes);
  if (!read.ok()) return;
  Snapshot snapshot;
  snapshot.lineage = Lineage;
  snapshot.records = read->records;
  if (read->names.size() != read->records.size()) Fail("names and records differ", bytes);
  for (const auto& [address, record] : snapshot.records) {
    if (!IsAddress(address) || record.address != address) Fail("no address", address);
  }
  if (!Check(snapshot).ok()) return;
  const std::string text = ToText(Document{snapshot, {}});
  const auto again = DocumentFromText(text);
  if (!again.ok() || ToText(*again) != text) Fail("what was taken over does not survive", text);
}

// Lines of a key and a body: a state that somebody wrote with everything right that keeps
// out damage, so that what lies behind that is reached.
void ReadStore(const std::string& bytes) {
  auto backend = std::make_unique<testing::MemoryBackend>();
  Meta meta;
  meta.lineage = Lineage;
  backend->entries[MetaKey] = ToBytes(meta);
  Sum sum;
  std::istringstream lines(bytes);
  for (std::string line; std::getline(lines, line);) {
    const size_t space = line.find(' ');
    if (space == std::string::npos) continue;
    const std::string key = line.substr(0, space), body = line.substr(space + 1);
    if (backend->entries.contains(key)) continue;
    backend->entries[key] = Envelope().Wrap(key, body);
    if (key == SumKey) continue;
    ++sum.entries;
    sum.digest += HashOf(key, body);
  }
  if (!backend->entries.contains(SumKey)) {
    backend->entries[SumKey] = Envelope().Wrap(SumKey, ToBody(sum));
  }
  auto store = KeyedStore::Open(std::move(backend));
  if (!store.ok()) return;
  const auto first = (*store)->Read();
  if (!first.ok()) return;
  const std::string text = ToText(Document{*first, {}});
  if (!(*store)->Acquire("fuzz", 60).ok() || !(*store)->Replace(*first).ok()) {
    Fail("what was read cannot be written", text);
  }
  const auto second = (*store)->Read();
  if (!second.ok() || ToText(Document{*second, {}}) != text) Fail("a state does not survive", text);
}

// The bytes as the entry of a key: damaged, with all likelihood.
void ReadEntry(const std::string& bytes) {
  const auto keyring = secrets::Keyring::Make();
  for (const Envelope& envelope : {Envelope(), Envelope(keyring, Lineage)}) {
    const auto body = envelope.Unwrap(MetaKey, bytes);
    if (body.ok() && *Envelope().Unwrap(MetaKey, Envelope().Wrap(MetaKey, *body)) != *body) {
      Fail("an entry does not survive", bytes);
    }
  }
  (void)ToMeta(bytes);
  (void)ToMeta(Envelope().Wrap(MetaKey, bytes));
  (void)ToSum(bytes);
  (void)IntentOfKey(bytes);
  const auto locked = value::FromJson(bytes);
  if (locked.ok() && !NeedsStretching(bytes)) (void)secrets::Keyring::Unlock(*locked, KeyText);
}

void ReadSettings(const std::string& bytes) {
  const testing::MemoryFiles files({{"/f/sprint.yaml", bytes}});
  const auto settings = settings::Read("/f", files);
  if (settings.ok()) {
    for (const auto& [name, source] : settings->secrets) {
      const auto again = secrets::ParseSource(secrets::ToText(source));
      if (!again.ok() || secrets::ToText(*again) != secrets::ToText(source)) {
        Fail("a source does not survive", secrets::ToText(source));
      }
    }
  }
  (void)secrets::ParseSource(bytes);
  const auto location = ParseLocation(bytes);
  if (location.ok() && location->path.empty()) Fail("a place of no path", bytes);
}

}  // namespace
}  // namespace sprint::state

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  sprint::state::ReadDocument(bytes);
  sprint::state::ReadTofu(bytes);
  sprint::state::ReadStore(bytes);
  sprint::state::ReadEntry(bytes);
  sprint::state::ReadSettings(bytes);
  return 0;
}
