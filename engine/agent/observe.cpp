#include "engine/agent/observe.h"

#include <curl/curl.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "compiler/support/quantity.h"

namespace sprint::agent {
namespace {

// No proxy has this much to say.
constexpr size_t LargestAnswer = 1 << 20;

struct Transfer {
  CURL* handle = nullptr;
  std::string body;
  CURLcode result = CURLE_FAILED_INIT;
  long status = 0;
  char message[CURL_ERROR_SIZE] = {};
};

size_t Receive(char* data, size_t size, size_t count, void* into) {
  std::string& body = static_cast<Transfer*>(into)->body;
  if (body.size() + size * count > LargestAnswer) return 0;
  body.append(data, size * count);
  return size * count;
}

std::string Target(const ProxyAddress& proxy, Seconds window) {
  std::string url = proxy.url;
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url + "/metrics.json?window=" + FormatNumber(window);
}

void Prepare(Transfer& transfer, const std::string& url, Seconds timeout) {
  CURL* handle = transfer.handle = curl_easy_init();
  if (handle == nullptr) return;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  // Components are asked themselves, whatever proxy the environment names.
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, std::max(1L, std::lround(timeout * 1000)));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Receive);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer.message);
}

void RunAll(std::vector<std::unique_ptr<Transfer>>& transfers) {
  CURLM* multi = curl_multi_init();
  if (multi == nullptr) return;
  for (auto& transfer : transfers) {
    if (transfer->handle != nullptr) curl_multi_add_handle(multi, transfer->handle);
  }
  int running = 1;
  while (running > 0) {
    if (curl_multi_perform(multi, &running) != CURLM_OK) break;
    if (running > 0 && curl_multi_poll(multi, nullptr, 0, 1000, nullptr) != CURLM_OK) break;
  }
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    for (auto& transfer : transfers) {
      if (transfer->handle == message->easy_handle) transfer->result = message->data.result;
    }
  }
  for (auto& transfer : transfers) {
    if (transfer->handle == nullptr) continue;
    curl_easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &transfer->status);
    curl_multi_remove_handle(multi, transfer->handle);
    curl_easy_cleanup(transfer->handle);
  }
  curl_multi_cleanup(multi);
}

Sample Dead(const std::string& component, Seconds at, std::string problem) {
  Sample sample;
  sample.component = component;
  sample.at = at;
  sample.fresh = false;
  sample.problem = std::move(problem);
  return sample;
}

Sample Read(const ProxyAddress& proxy, const Transfer& transfer, Seconds at) {
  if (transfer.result != CURLE_OK) {
    const std::string detail =
        transfer.message[0] != '\0' ? transfer.message : curl_easy_strerror(transfer.result);
    return Dead(proxy.component, at, proxy.url + ": " + detail);
  }
  if (transfer.status != 200) {
    return Dead(proxy.component, at, proxy.url + ": HTTP " + std::to_string(transfer.status));
  }
  const auto metrics = value::FromJson(transfer.body);
  if (!metrics || metrics->As<value::Object>() == nullptr) {
    return Dead(proxy.component, at, proxy.url + ": the answer is no JSON object");
  }
  return SampleOf(*metrics, proxy.component, at);
}

// Of two values, weighted; the one that is known if only one is.
double Weighted(double a, double weight_a, double b, double weight_b) {
  if (std::isnan(a) || weight_a <= 0) return b;
  if (std::isnan(b) || weight_b <= 0) return a;
  return (a * weight_a + b * weight_b) / (weight_a + weight_b);
}

void Merge(Sample& into, const Sample& other) {
  if (!into.fresh) return;
  if (!other.fresh) {
    into = other;
    return;
  }
  const double a = into.requests, b = other.requests;
  into.response_mean = Weighted(into.response_mean, a, other.response_mean, b);
  into.path_mean = Weighted(into.path_mean, a, other.path_mean, b);
  into.response_p95 = std::fmax(into.response_p95, other.response_p95);
  into.path_p95 = std::fmax(into.path_p95, other.path_p95);
  into.arrival_rate += other.arrival_rate;
  into.requests += other.requests;
  into.errors += other.errors;
  into.in_flight += other.in_flight;
}

}  // namespace

std::vector<ProxyAddress> ProxiesOf(const state::Snapshot& snapshot) {
  std::vector<ProxyAddress> proxies;
  for (const auto& [address, record] : snapshot.records) {
    if (!record.type.ends_with(".proxy")) continue;
    ProxyAddress proxy{record.attributes.Text("component"), record.attributes.Text("url")};
    if (!proxy.component.empty() && !proxy.url.empty()) proxies.push_back(std::move(proxy));
  }
  return proxies;
}

Sample SampleOf(const value::Value& metrics, const std::string& component, Seconds at) {
  Sample sample;
  sample.component = component;
  sample.at = at;
  sample.arrival_rate = metrics.Number("arrival_rate", NotKnown);
  sample.response_mean = metrics.Number("response_mean_s", NotKnown);
  sample.response_p95 = metrics.Number("response_p95_s", NotKnown);
  sample.path_mean = metrics.Number("path_mean_s", NotKnown);
  sample.path_p95 = metrics.Number("path_p95_s", NotKnown);
  sample.requests = metrics.Number("requests", 0);
  sample.errors = metrics.Number("errors", 0);
  sample.in_flight = metrics.Number("in_flight", 0);
  return sample;
}

Observation Observe(const std::vector<ProxyAddress>& proxies, Seconds window, Seconds now,
                    Seconds timeout) {
  std::vector<std::unique_ptr<Transfer>> transfers;
  for (const ProxyAddress& proxy : proxies) {
    transfers.push_back(std::make_unique<Transfer>());
    Prepare(*transfers.back(), Target(proxy, window), timeout);
  }
  RunAll(transfers);
  Observation observation;
  std::map<std::string, size_t> place;
  for (size_t i = 0; i < proxies.size(); ++i) {
    Sample sample = Read(proxies[i], *transfers[i], now);
    const auto [known, fresh] = place.emplace(sample.component, observation.samples.size());
    if (fresh) {
      observation.samples.push_back(std::move(sample));
    } else {
      Merge(observation.samples[known->second], sample);
    }
  }
  return observation;
}

}  // namespace sprint::agent
