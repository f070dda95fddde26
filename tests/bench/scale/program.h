#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace sprint::bench {

// wide: none needs another; chains: chains of ten, each needing the one before;
// fan: one that all need, and one that needs them all.
enum class Shape { Wide, Chains, Fan };
std::optional<Shape> ShapeOf(const std::string& name);

// A program of `count` things, about ten lines each. `changed`: the size of one of them,
// in the middle, is another.
std::string Program(Shape shape, size_t count, bool changed);

// Something that is placed, to be written behind such a program: at 1 request/s it takes one
// machine, at 40 two. `url` is where its load can be asked for.
std::string Placed(const std::string& url);

// The same things for OpenTofu, as .tf.json would be too slow a reader to be fair: HCL.
std::string TofuProgram(Shape shape, size_t count);

}  // namespace sprint::bench
