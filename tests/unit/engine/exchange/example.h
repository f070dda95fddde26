#pragma once

#include <string>

// A system worked out by hand: at 1 request/s its cheapest placement costs 3.232 $. E1
// carries c1 and the first half of c2, functions the rest:
//   3 + 0.2 * 0.4 * 0.4 + 0.5 * 0.4 * 1.
namespace sprint::exchange {

inline const char* const Example = R"({
"DirectedAcyclicGraph": {
  "c1": {"next": ["c2", "c3"], "transition_probability": [0.8, 0.2]},
  "c2": {"next": ["c3"], "transition_probability": [1.0]},
  "c3": {"next": [], "transition_probability": []}},
"Components": {
  "c1": {"s1": {"h1": {"next": ["c2", "c3"], "data_size": [2, 1], "early_exit_probability": 0}}},
  "c2": {"s1": {"h1": {"next": ["c3"], "data_size": [3], "early_exit_probability": 0}},
         "s2": {"h2": {"next": ["h3"], "data_size": [1], "early_exit_probability": 0.5},
                "h3": {"next": ["c3"], "data_size": [3], "early_exit_probability": 0}}},
  "c3": {"s1": {"h1": {"next": [], "data_size": [0], "early_exit_probability": 0}}}},
"EdgeResources": {"edge": {"E1": {"number": 2, "cost": 3.0, "memory": 4096, "n_cores": 1}}},
"CloudResources": {"cloud": {
  "V1": {"number": 3, "cost": 1.0, "memory": 8192, "n_cores": 4},
  "V2": {"number": 3, "cost": 0.6, "memory": 8192, "n_cores": 2}}},
"FaaSResources": {"functions": {
  "F1": {"cost": 0.2, "memory": 2048, "idle_time_before_kill": 600},
  "F2": {"cost": 0.2, "memory": 2048, "idle_time_before_kill": 600},
  "F3": {"cost": 0.5, "memory": 2048, "idle_time_before_kill": 600},
  "transition_cost": 0}},
"CompatibilityMatrix": {
  "c1": {"h1": [{"resource": "E1", "memory": 512}]},
  "c2": {"h1": [{"resource": "E1", "memory": 1024}, {"resource": "V1", "memory": 2048},
                {"resource": "V2", "memory": 1024}, {"resource": "F1", "memory": 1024}],
         "h2": [{"resource": "E1", "memory": 512}, {"resource": "V1", "memory": 512},
                {"resource": "V2", "memory": 512}],
         "h3": [{"resource": "V1", "memory": 512}, {"resource": "V2", "memory": 512},
                {"resource": "F2", "memory": 512}]},
  "c3": {"h1": [{"resource": "V1", "memory": 1024}, {"resource": "V2", "memory": 1024},
                {"resource": "F3", "memory": 1024}]}},
"Performance": {
  "c1": {"h1": {"E1": {"model": "QTedge", "demand": 0.2}}},
  "c2": {"h1": {"E1": {"model": "QTedge", "demand": 0.9}, "V1": {"model": "QTcloud", "demand": 0.4},
                "V2": {"model": "QTcloud", "demand": 0.7},
                "F1": {"model": "PACSLTK", "demandWarm": 0.5, "demandCold": 1.5}},
         "h2": {"E1": {"model": "QTedge", "demand": 0.4}, "V1": {"model": "QTcloud", "demand": 0.2},
                "V2": {"model": "QTcloud", "demand": 0.35}},
         "h3": {"V1": {"model": "QTcloud", "demand": 0.3}, "V2": {"model": "QTcloud", "demand": 0.5},
                "F2": {"model": "PACSLTK", "demandWarm": 0.4, "demandCold": 1.2}}},
  "c3": {"h1": {"V1": {"model": "QTcloud", "demand": 0.3}, "V2": {"model": "QTcloud", "demand": 0.5},
                "F3": {"model": "PACSLTK", "demandWarm": 0.4, "demandCold": 1.4}}}},
"Lambda": 1.0,
"LocalConstraints": {"c2": {"local_res_time": 1.2}},
"GlobalConstraints": {"p1": {"components": ["c1", "c2", "c3"], "global_res_time": 3.0}},
"NetworkTechnology": {
  "ND1": {"computationallayers": ["edge", "cloud", "functions"], "AccessDelay": 0.01, "Bandwidth": 100},
  "ND2": {"computationallayers": ["cloud", "functions"], "AccessDelay": 0.001, "Bandwidth": 1000}},
"Time": 1
})";

}  // namespace sprint::exchange
