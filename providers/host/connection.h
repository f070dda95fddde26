#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

// Internal to providers/host: calls of one provider over one connection.
namespace sprint::host {

// Calls of the plugin protocol. Protocol 5 has other names for some of them; its
// messages are those of 6 as far as they are used here.
enum class Method { Schema, CheckSettings, Configure, Check, Read, Plan, Apply, Import, Stop };

class Connection {
 public:
  // `version`: 5 or 6.
  Connection(std::shared_ptr<grpc::Channel> channel, int version)
      : channel_(std::move(channel)), version_(version) {}

  // The full name of a call, as it goes over the wire.
  std::string Name(Method method) const {
    static constexpr std::array<std::array<const char*, 2>, 9> kNames{
        {{"GetSchema", "GetProviderSchema"},
         {"PrepareProviderConfig", "ValidateProviderConfig"},
         {"Configure", "ConfigureProvider"},
         {"ValidateResourceTypeConfig", "ValidateResourceConfig"},
         {"ReadResource", "ReadResource"},
         {"PlanResourceChange", "PlanResourceChange"},
         {"ApplyResourceChange", "ApplyResourceChange"},
         {"ImportResourceState", "ImportResourceState"},
         {"Stop", "StopProvider"}}};
    return "/tfplugin" + std::to_string(version_) + ".Provider/" +
           kNames[static_cast<size_t>(method)][version_ == 6 ? 1 : 0];
  }

  template <typename Request, typename Response>
  grpc::Status Call(const std::string& name, const Request& request, Response* response,
                    std::optional<std::chrono::milliseconds> timeout = {}) const {
    grpc::Status status;
    Many<Request, Response>(
        name, 1, 1, [&request](size_t) { return request; },
        [&](size_t, const grpc::Status& got, Response& answer) {
          status = got;
          *response = std::move(answer);
        },
        timeout);
    return status;
  }

  // `count` calls with up to `at_once` underway, all from this thread. `make(i)` gives
  // the request of call i when its turn comes; `take(i, status, response)` gets what came
  // of it, in the order of the answers.
  template <typename Request, typename Response>
  void Many(const std::string& name, size_t count, size_t at_once,
            const std::function<Request(size_t)>& make,
            const std::function<void(size_t, const grpc::Status&, Response&)>& take,
            std::optional<std::chrono::milliseconds> timeout = {}) const {
    struct Underway {
      size_t index;
      grpc::ClientContext context;
      grpc::Status status;
      Response response;
      std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader;
    };
    grpc::TemplatedGenericStub<Request, Response> stub(channel_);
    grpc::CompletionQueue queue;
    size_t next = 0, running = 0;
    while (next < count || running > 0) {
      if (next < count && running < at_once) {
        auto call = std::make_unique<Underway>();
        call->index = next;
        if (timeout) call->context.set_deadline(std::chrono::system_clock::now() + *timeout);
        call->reader = stub.PrepareUnaryCall(&call->context, name, make(next), &queue);
        call->reader->StartCall();
        Underway* tag = call.release();
        tag->reader->Finish(&tag->response, &tag->status, tag);
        ++next;
        ++running;
        continue;
      }
      void* tag = nullptr;
      bool ok = false;
      queue.Next(&tag, &ok);
      --running;
      const std::unique_ptr<Underway> call(static_cast<Underway*>(tag));
      take(call->index, call->status, call->response);
    }
    queue.Shutdown();
  }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  int version_;
};

}  // namespace sprint::host
