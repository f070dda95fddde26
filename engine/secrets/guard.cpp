#include "engine/secrets/guard.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>

#include "engine/secrets/crypto.h"

namespace sprint::secrets {
namespace {

using value::Value;

constexpr size_t ShortestPart = 4;  // bytes; shorter secrets are found only as whole texts

// The inside of {"tag": inside}, or null.
const Value* Inside(const Value& value, const char* tag) {
  const auto* object = value.As<value::Object>();
  return object && object->size() == 1 ? value.Find(tag) : nullptr;
}

std::string NameOf(const Value& inside) {
  const auto* name = inside.As<std::string>();
  return name ? *name : inside.Text("name");
}

// One text that stands for a secret, and what stands for it.
struct Known {
  std::string text;
  std::string name, print;
  bool base64 = false;

  Value mark() const {
    value::Object inside{{"name", name}, {"print", print}};
    if (base64) inside["form"] = "base64";
    return value::Object{{"$secret", std::move(inside)}};
  }
  // In private bytes, which are no values.
  std::string bytes() const {
    return "\x01$secret:" + name + ":" + print + (base64 ? ":b" : ":t") + "\x01";
  }
};

// A secret of now must be what it was when planned; one of before may be another.
enum class Time { Now, Before };

class Exchange {
 public:
  explicit Exchange(Vault& vault) : vault_(vault) {}

  Result<Value> Reveal(const Value& value, Time time) {
    if (const Value* inside = Inside(value, "$secret")) {
      SPRINT_ASSIGN_OR_RETURN(std::string text, TextOf(NameOf(*inside), inside->Text("print"),
                                                       inside->Text("form") == "base64", time));
      return Value(std::move(text));
    }
    if (const auto* pieces = Joined(value)) {
      std::string text;
      for (const Value& piece : *pieces) {
        SPRINT_ASSIGN_OR_RETURN(const Value revealed, Reveal(piece, time));
        if (revealed.HasUnknown()) return revealed;
        const auto* part = revealed.As<std::string>();
        text += part ? *part : value::ToJson(revealed);
      }
      return Value(std::move(text));
    }
    if (const auto* list = value.As<value::List>()) {
      value::List items;
      for (const Value& item : *list) {
        SPRINT_ASSIGN_OR_RETURN(Value revealed, Reveal(item, time));
        items.push_back(std::move(revealed));
      }
      return Value(std::move(items));
    }
    if (const auto* object = value.As<value::Object>()) {
      value::Object fields;
      for (const auto& [key, field] : *object) {
        SPRINT_ASSIGN_OR_RETURN(fields[key], Reveal(field, time));
      }
      return Value(std::move(fields));
    }
    return value;
  }

  Value Hide(Value value) const {
    if (auto* text = value.As<std::string>()) return HideText(std::move(*text));
    if (auto* list = value.As<value::List>()) {
      for (Value& item : *list) item = Hide(std::move(item));
    } else if (auto* object = value.As<value::Object>()) {
      for (auto& [key, field] : *object) field = Hide(std::move(field));
    }
    return value;
  }

  std::string RevealBytes(const std::string& bytes) {
    std::string plain;
    size_t from = 0;
    constexpr std::string_view Begin = "\x01$secret:";
    while (true) {
      const size_t at = bytes.find(Begin, from);
      const size_t end = at == std::string::npos ? at : bytes.find('\x01', at + 1);
      if (end == std::string::npos) return plain + bytes.substr(from);
      plain += bytes.substr(from, at - from);
      const std::string mark = bytes.substr(at + Begin.size(), end - at - Begin.size());
      const size_t name = mark.find(':'), print = mark.find(':', name + 1);
      auto text = TextOf(mark.substr(0, name), mark.substr(name + 1, print - name - 1),
                         mark.substr(print + 1) == "b", Time::Before);
      plain += text.ok() ? *text : "";
      from = end + 1;
    }
  }
  std::string HideBytes(std::string bytes) const {
    return Replaced(std::move(bytes), [](const Known& known) { return known.bytes(); });
  }
  std::string HideWords(std::string text) const {
    return Replaced(std::move(text),
                    [](const Known& known) { return "(secret " + known.name + ")"; });
  }

 private:
  // The pieces of a text with a secret in it; null when `value` is none.
  static const value::List* Joined(const Value& value) {
    const Value* join = Inside(value, "$join");
    const auto* pieces = join ? join->As<value::List>() : nullptr;
    const bool secret = pieces && std::any_of(pieces->begin(), pieces->end(), IsSecret);
    return secret ? pieces : nullptr;
  }

  Result<std::string> TextOf(const std::string& name, const std::string& print, bool base64,
                             Time time) {
    auto text = vault_.Text(name);
    if (!text.ok() && time == Time::Now) return text;
    std::string now = text.ok() ? vault_.Fingerprint(name, *text) : "";
    if (!print.empty() && now != print) {
      if (time == Time::Now) {
        return Error(ErrorCode::Conflict,
                     "the secret `" + name + "` changed since this was planned: plan again");
      }
      // Nobody knows its text any more, only that it was another one.
      now = print;
      text = "(secret " + name + " as it was: " + print + ")";
    }
    Remember({*text, name, now, false});
    Remember({ToBase64(*text), name, now, true});
    return base64 ? ToBase64(*text) : *text;
  }

  void Remember(Known known) {
    const std::lock_guard lock(mutex_);
    const auto same = [&](const Known& other) {
      return other.text == known.text && other.name == known.name;
    };
    if (std::any_of(known_.begin(), known_.end(), same)) return;
    // Longer ones first: one secret may be a part of another.
    const auto place = std::find_if(known_.begin(), known_.end(), [&](const Known& other) {
      return other.text.size() < known.text.size();
    });
    known_.insert(place, std::move(known));
  }

  Value HideText(std::string text) const {
    const std::lock_guard lock(mutex_);
    value::List pieces;
    for (size_t from = 0; from < text.size();) {
      const Known* first = nullptr;
      size_t at = text.size();
      for (const Known& known : known_) {
        if (known.text == text) return known.mark();
        const size_t found =
            known.text.size() < ShortestPart ? std::string::npos : text.find(known.text, from);
        if (found < at) {
          at = found;
          first = &known;
        }
      }
      if (at > from) pieces.push_back(text.substr(from, at - from));
      if (!first) break;
      pieces.push_back(first->mark());
      from = at + first->text.size();
    }
    const bool secret = std::any_of(pieces.begin(), pieces.end(), IsSecret);
    if (!secret) return text;
    return value::Object{{"$join", std::move(pieces)}};
  }

  template <typename By>
  std::string Replaced(std::string text, By by) const {
    const std::lock_guard lock(mutex_);
    for (const Known& known : known_) {
      if (known.text.size() < ShortestPart) continue;
      const std::string instead = by(known);
      for (size_t at = text.find(known.text); at != std::string::npos;
           at = text.find(known.text, at + instead.size())) {
        text.replace(at, known.text.size(), instead);
      }
    }
    return text;
  }

  Vault& vault_;
  mutable std::mutex mutex_;
  std::vector<Known> known_;
};

class GuardedProvider final : public host::Provider {
 public:
  GuardedProvider(std::unique_ptr<host::Provider> inner, Vault& vault)
      : inner_(std::move(inner)), exchange_(vault) {}

  const std::map<std::string, value::Schema>& resources() const override {
    return inner_->resources();
  }
  const value::Schema& config_schema() const override { return inner_->config_schema(); }

  Result<std::vector<host::Message>> Configure(const Value& config) override {
    SPRINT_ASSIGN_OR_RETURN(const Value plain, exchange_.Reveal(config, Time::Now));
    return Hidden(inner_->Configure(plain));
  }

  Result<std::vector<host::Message>> Validate(const std::string& type,
                                              const Value& config) override {
    SPRINT_ASSIGN_OR_RETURN(const Value plain, exchange_.Reveal(config, Time::Now));
    return Hidden(inner_->Validate(type, plain));
  }

  Result<host::PlanAnswer> Plan(const std::string& type, const Value& prior, const Value& proposed,
                                const Value& config, const std::string& private_bytes) override {
    SPRINT_ASSIGN_OR_RETURN(const Value before, exchange_.Reveal(prior, Time::Before));
    SPRINT_ASSIGN_OR_RETURN(const Value wanted, exchange_.Reveal(proposed, Time::Before));
    SPRINT_ASSIGN_OR_RETURN(const Value plain, exchange_.Reveal(config, Time::Now));
    return Hidden(inner_->Plan(type, before, wanted, plain, exchange_.RevealBytes(private_bytes)));
  }

  Result<host::ApplyAnswer> Apply(const std::string& type, const Value& prior, const Value& planned,
                                  const Value& config, const std::string& private_bytes) override {
    return ApplyWith(type, prior, planned, config, private_bytes, {});
  }

  host::Abilities abilities() const override { return inner_->abilities(); }

  Result<host::ApplyAnswer> ApplyWith(const std::string& type, const Value& prior,
                                      const Value& planned, const Value& config,
                                      const std::string& private_bytes,
                                      const host::CallOptions& options) override {
    SPRINT_ASSIGN_OR_RETURN(const Value before, exchange_.Reveal(prior, Time::Before));
    SPRINT_ASSIGN_OR_RETURN(const Value wanted, exchange_.Reveal(planned, Time::Now));
    SPRINT_ASSIGN_OR_RETURN(const Value plain, exchange_.Reveal(config, Time::Now));
    return Hidden(inner_->ApplyWith(type, before, wanted, plain,
                                    exchange_.RevealBytes(private_bytes), options));
  }

  Result<host::ReadAnswer> Import(const std::string& type, const std::string& id) override {
    return Hidden(inner_->Import(type, id));
  }

  Result<std::vector<Value>> FindOwned(const std::string& type, const std::string& tag) override {
    SPRINT_ASSIGN_OR_RETURN(std::vector<Value> found, inner_->FindOwned(type, tag));
    for (Value& value : found) value = exchange_.Hide(std::move(value));
    return found;
  }

  Result<host::ReadAnswer> Read(const std::string& type, const Value& current,
                                const std::string& private_bytes) override {
    SPRINT_ASSIGN_OR_RETURN(const Value before, exchange_.Reveal(current, Time::Before));
    return Hidden(inner_->Read(type, before, exchange_.RevealBytes(private_bytes)));
  }

  std::vector<Result<host::ReadAnswer>> ReadMany(
      const std::vector<host::ReadCall>& calls) override {
    std::deque<Value> values;
    std::deque<std::string> bytes;
    std::vector<host::ReadCall> plain;
    for (const host::ReadCall& call : calls) {
      auto revealed = exchange_.Reveal(call.current, Time::Before);
      values.push_back(revealed.ok() ? revealed.TakeValue() : call.current);
      bytes.push_back(exchange_.RevealBytes(call.private_bytes));
      plain.push_back({call.type, values.back(), bytes.back()});
    }
    return AllHidden(inner_->ReadMany(plain));
  }

  // Where a secret cannot be had each call says so by itself.
  std::vector<Result<std::vector<host::Message>>> ValidateMany(
      const std::vector<host::ValidateCall>& calls) override {
    std::deque<Value> values;
    std::vector<host::ValidateCall> plain;
    for (const host::ValidateCall& call : calls) {
      auto config = exchange_.Reveal(call.config, Time::Now);
      if (!config.ok()) return Provider::ValidateMany(calls);
      values.push_back(config.TakeValue());
      plain.push_back({call.type, values.back()});
    }
    return AllHidden(inner_->ValidateMany(plain));
  }

  std::vector<Result<host::PlanAnswer>> PlanMany(
      const std::vector<host::PlanCall>& calls) override {
    std::deque<Value> values;
    std::deque<std::string> bytes;
    std::vector<host::PlanCall> plain;
    for (const host::PlanCall& call : calls) {
      auto prior = exchange_.Reveal(call.prior, Time::Before);
      auto proposed = exchange_.Reveal(call.proposed, Time::Before);
      auto config = exchange_.Reveal(call.config, Time::Now);
      if (!prior.ok() || !proposed.ok() || !config.ok()) return Provider::PlanMany(calls);
      values.push_back(prior.TakeValue());
      const Value& before = values.back();
      values.push_back(config.TakeValue());
      bytes.push_back(exchange_.RevealBytes(call.private_bytes));
      plain.push_back({call.type, before, proposed.TakeValue(), values.back(), bytes.back()});
    }
    return AllHidden(inner_->PlanMany(plain));
  }

  void Stop() override { inner_->Stop(); }
  void Kill() override { inner_->Kill(); }
  bool alive() override { return inner_->alive(); }

 private:
  std::vector<host::Message> Hide(std::vector<host::Message> messages) const {
    for (host::Message& message : messages) {
      message.summary = exchange_.HideWords(std::move(message.summary));
      message.detail = exchange_.HideWords(std::move(message.detail));
    }
    return messages;
  }
  host::PlanAnswer Hide(host::PlanAnswer answer) const {
    answer.planned = exchange_.Hide(std::move(answer.planned));
    answer.private_bytes = exchange_.HideBytes(std::move(answer.private_bytes));
    answer.messages = Hide(std::move(answer.messages));
    return answer;
  }
  // Answers to Apply and Read have the same shape.
  template <typename Answer>
  Answer Hide(Answer answer) const {
    answer.new_state = exchange_.Hide(std::move(answer.new_state));
    answer.private_bytes = exchange_.HideBytes(std::move(answer.private_bytes));
    answer.messages = Hide(std::move(answer.messages));
    return answer;
  }
  template <typename Answer>
  Result<Answer> Hidden(Result<Answer> answer) const {
    if (answer.ok()) return Hide(answer.TakeValue());
    const Error& error = answer.error();
    Error hidden(error.code(), exchange_.HideWords(error.message()));
    for (const std::string& frame : error.frames()) {
      hidden = std::move(hidden).While(exchange_.HideWords(frame));
    }
    if (error.loc()) hidden = std::move(hidden).At(*error.loc());
    return hidden;
  }
  template <typename Answer>
  std::vector<Result<Answer>> AllHidden(std::vector<Result<Answer>> answers) const {
    for (Result<Answer>& answer : answers) answer = Hidden(std::move(answer));
    return answers;
  }

  std::unique_ptr<host::Provider> inner_;
  Exchange exchange_;
};

}  // namespace

bool IsSecret(const Value& value) { return Inside(value, "$secret") != nullptr; }

Value Masked(const Value& value) {
  if (const Value* inside = Inside(value, "$secret")) return "(secret " + NameOf(*inside) + ")";
  const Value* join = Inside(value, "$join");
  const auto* pieces = join ? join->As<value::List>() : nullptr;
  if (pieces && std::any_of(pieces->begin(), pieces->end(), IsSecret)) {
    std::string text;
    for (const Value& piece : *pieces) {
      const Value masked = Masked(piece);
      const auto* part = masked.As<std::string>();
      text += part ? *part : value::ToJson(masked);
    }
    return text;
  }
  if (const auto* list = value.As<value::List>()) {
    value::List items;
    for (const Value& item : *list) items.push_back(Masked(item));
    return items;
  }
  if (const auto* object = value.As<value::Object>()) {
    value::Object fields;
    for (const auto& [key, field] : *object) fields[key] = Masked(field);
    return fields;
  }
  return value;
}

std::unique_ptr<host::Provider> Guard(std::unique_ptr<host::Provider> inner, Vault& vault) {
  return std::make_unique<GuardedProvider>(std::move(inner), vault);
}

}  // namespace sprint::secrets
