#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

#include "engine/apply/apply.h"
#include "engine/lower/config.h"

namespace sprint::apply {

namespace {

class Recovery {
 public:
  Recovery(state::Store& store, plan::ProviderSet& providers, const Clock& clock,
           const ApplyOptions& options, const state::Snapshot& snapshot,
           const std::vector<std::string>& not_made, bool destroying)
      : store_(store),
        providers_(providers),
        clock_(clock),
        options_(options),
        snapshot_(snapshot),
        not_made_(not_made),
        destroying_(destroying) {}

  Result<Settled> Resolve(const state::Intent& intent) {
    SPRINT_ASSIGN_OR_RETURN(host::Provider * provider, providers_.Get(intent.object.provider));
    SPRINT_ASSIGN_OR_RETURN(std::string wire, plan::WireType(*provider, intent.object.type));
    if (intent.action == "create") return ResolveCreate(intent, *provider, wire);
    const auto found = snapshot_.records.find(intent.object.address);
    if (found == snapshot_.records.end()) {
      SPRINT_RETURN_IF_ERROR(store_.Abandon(intent.id));
      return Settled{intent.object.address, "is no longer there"};
    }
    return intent.action == "update" ? ResolveUpdate(intent, found->second, *provider, wire)
                                     : ResolveDelete(intent, found->second, *provider, wire);
  }

 private:
  Result<value::Value> Read(host::Provider& provider, const std::string& wire,
                            const value::Value& current, std::string& private_bytes) const {
    SPRINT_ASSIGN_OR_RETURN(host::ReadAnswer answer, provider.Read(wire, current, private_bytes));
    if (std::string text = plan::Objections(answer.messages); !text.empty()) {
      return Error(ErrorCode::Unavailable, std::move(text));
    }
    private_bytes = answer.private_bytes;
    return std::move(answer.new_state);
  }

  Result<Settled> ResolveUpdate(const state::Intent& intent, const state::Record& before,
                                host::Provider& provider, const std::string& wire) {
    state::Record record = intent.object;
    record.private_bytes = before.private_bytes;
    SPRINT_ASSIGN_OR_RETURN(record.attributes,
                            Read(provider, wire, before.attributes, record.private_bytes));
    const bool gone = record.attributes.is_null();
    const bool same = record.attributes == before.attributes;
    std::optional<state::Record> left;
    if (!gone || !record.deposed.empty()) left = std::move(record);
    SPRINT_RETURN_IF_ERROR(store_.Finish(intent, intent.id, left));
    return Settled{intent.object.address, gone   ? "is gone"
                                          : same ? "was not changed"
                                                 : "was changed"};
  }

  Result<Settled> ResolveDelete(const state::Intent& intent, state::Record record,
                                host::Provider& provider, const std::string& wire) {
    const auto old = std::find_if(record.deposed.begin(), record.deposed.end(),
                                  [&](const auto& it) { return it.key == intent.deposed; });
    bool gone = true;
    if (!intent.deposed.empty() && old != record.deposed.end()) {
      SPRINT_ASSIGN_OR_RETURN(old->attributes,
                              Read(provider, wire, old->attributes, old->private_bytes));
      gone = old->attributes.is_null();
      if (gone) record.deposed.erase(old);
    } else if (intent.deposed.empty()) {
      SPRINT_ASSIGN_OR_RETURN(record.attributes,
                              Read(provider, wire, record.attributes, record.private_bytes));
      gone = record.attributes.is_null();
    }
    std::optional<state::Record> left;
    if (!record.attributes.is_null() || !record.deposed.empty()) left = std::move(record);
    SPRINT_RETURN_IF_ERROR(store_.Finish(intent, intent.id, left));
    return Settled{intent.object.address, gone ? "is gone" : "is still there"};
  }

  Result<Settled> ResolveCreate(const state::Intent& intent, host::Provider& provider,
                                const std::string& wire) {
    const host::Abilities abilities = provider.abilities();
    if (abilities.finds_owned && !intent.object.tag.empty()) {
      SPRINT_ASSIGN_OR_RETURN(value::Value found,
                              Find(intent, provider, wire, abilities.consistency));
      if (found.is_null()) return NotMade(intent);
      return Made(intent, std::move(found), intent.object.private_bytes, false);
    }
    if (abilities.repeats_creates && destroying_) return TakeAway(intent, provider, wire);
    if (abilities.repeats_creates) {
      host::CallOptions call;
      call.tag = intent.object.tag;
      SPRINT_ASSIGN_OR_RETURN(host::ApplyAnswer answer,
                              provider.ApplyWith(wire, {}, intent.object.attributes, intent.config,
                                                 intent.object.private_bytes, call));
      const bool failed = !plan::Objections(answer.messages).empty();
      if (answer.new_state.is_null()) return NotMade(intent);
      return Made(intent, std::move(answer.new_state), answer.private_bytes, failed);
    }
    if (std::find(not_made_.begin(), not_made_.end(), intent.object.address) != not_made_.end()) {
      return NotMade(intent);
    }
    return Settled{intent.object.address,
                   "was being created when the last run was cut off, and its provider cannot tell "
                   "what became of it; look, then `adopt` it or pass --not-made " +
                       intent.object.address,
                   /*known=*/false};
  }

  // Deletes what may have been made, by what is known of it: the provider knows its objects by
  // their configuration.
  Result<Settled> TakeAway(const state::Intent& intent, host::Provider& provider,
                           const std::string& wire) {
    value::Value planned = intent.object.attributes;
    if (auto* fields = planned.As<value::Object>()) {
      for (auto& [name, field] : *fields) {
        if (field.HasUnknown()) field = {};
      }
    }
    SPRINT_ASSIGN_OR_RETURN(
        host::ApplyAnswer answer,
        provider.ApplyWith(wire, planned, {}, {}, intent.object.private_bytes, {}));
    if (std::string text = plan::Objections(answer.messages);
        !text.empty() && host::ClassOf(answer.messages) != host::ErrorClass::NotFound) {
      return Error(ErrorCode::Unavailable, std::move(text));
    }
    SPRINT_RETURN_IF_ERROR(store_.Abandon(intent.id));
    return Settled{intent.object.address, "was taken away, as far as it was made"};
  }

  // The object that carries the intent's tag. A fresh one may be hidden for as long as the
  // provider says.
  Result<value::Value> Find(const state::Intent& intent, host::Provider& provider,
                            const std::string& wire, double consistency) const {
    double pause = 0.05;
    while (true) {
      SPRINT_ASSIGN_OR_RETURN(std::vector<value::Value> found,
                              provider.FindOwned(wire, intent.object.tag));
      if (found.size() > 1) {
        return Error(ErrorCode::Conflict, std::to_string(found.size()) +
                                              " objects carry the tag `" + intent.object.tag + "`");
      }
      if (found.size() == 1) return std::move(found.front());
      const double age = std::chrono::duration<double>(clock_.Now().time_since_epoch()).count() -
                         static_cast<double>(intent.begun);
      // A clock that was set back must not make us wait for ever.
      if (age > consistency || age < -1 || (options_.stop && options_.stop->load()))
        return value::Value();
      if (options_.pause) {
        options_.pause(pause);
      } else {
        std::this_thread::sleep_for(std::chrono::duration<double>(pause));
      }
      pause = std::min(pause * 2, 1.0);
    }
  }

  Result<Settled> NotMade(const state::Intent& intent) {
    SPRINT_RETURN_IF_ERROR(store_.Abandon(intent.id));
    return Settled{intent.object.address, "was not made"};
  }

  Result<Settled> Made(const state::Intent& intent, value::Value attributes,
                       std::string private_bytes, bool tainted) {
    state::Record record = intent.object;
    record.attributes = std::move(attributes);
    record.private_bytes = std::move(private_bytes);
    record.tainted = tainted;
    // What waits for it has not been looked at.
    record.unready = !tainted;
    const auto old = snapshot_.records.find(intent.object.address);
    if (!intent.deposed.empty() && old != snapshot_.records.end()) {
      record.deposed = old->second.deposed;
      record.deposed.push_back({intent.deposed, old->second.attributes, old->second.private_bytes,
                                old->second.schema_version, old->second.tag});
    }
    SPRINT_RETURN_IF_ERROR(store_.Finish(intent, intent.id, record));
    return Settled{intent.object.address, "was made"};
  }

  state::Store& store_;
  plan::ProviderSet& providers_;
  const Clock& clock_;
  const ApplyOptions& options_;
  const state::Snapshot& snapshot_;
  const std::vector<std::string>& not_made_;
  const bool destroying_;
};

}  // namespace

Result<std::vector<Settled>> Recover(state::Store& store, plan::ProviderSet& providers,
                                     const Clock& clock, const ApplyOptions& options,
                                     const std::vector<std::string>& not_made, bool destroying) {
  SPRINT_ASSIGN_OR_RETURN(const state::Snapshot snapshot, store.Read());
  std::vector<Settled> all;
  Recovery recovery(store, providers, clock, options, snapshot, not_made, destroying);
  for (const state::Intent& intent : snapshot.open) {
    const std::string& address = intent.object.address;
    auto settled = recovery.Resolve(intent);
    if (!settled.ok() && std::find(not_made.begin(), not_made.end(), address) != not_made.end()) {
      // What the provider was configured by may have gone, and all that it made with that.
      SPRINT_RETURN_IF_ERROR(store.Abandon(intent.id));
      settled = Settled{address, "was left as the state has it"};
    }
    if (!settled.ok()) {
      return Error(
                 settled.error().code(),
                 settled.error().ToString() + "; if nothing came of it, pass --not-made " + address)
          .While("finding out what became of `" + address + "`");
    }
    all.push_back(settled.TakeValue());
  }
  return all;
}

}  // namespace sprint::apply
