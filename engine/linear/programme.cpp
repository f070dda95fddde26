#include "engine/linear/programme.h"

#include <coin/Clp_C_Interface.h>

#include <algorithm>

namespace sprint::linear {

// Rows and columns wait here until the next Solve: Clp takes many at once quicker than one
// after the other.
class Programme::Model {
 public:
  Model() : clp_(Clp_newModel()) {
    Clp_setLogLevel(clp_, 0);
    // Rows and costs are already of one size.
    Clp_scaling(clp_, 0);
  }
  ~Model() { Clp_deleteModel(clp_); }
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  uint32_t AddRow(double low, double high) {
    row_low_.push_back(low);
    row_high_.push_back(high);
    return static_cast<uint32_t>(row_low_.size() - 1);
  }

  uint32_t AddColumn(double cost, std::span<const Entry> entries, double low, double high) {
    for (const Entry& entry : entries) {
      rows_.push_back(static_cast<int>(entry.row));
      factors_.push_back(entry.factor);
    }
    starts_.push_back(static_cast<int>(rows_.size()));
    cost_.push_back(cost);
    low_.push_back(low);
    high_.push_back(high);
    return columns() - 1;
  }

  void SetRange(uint32_t column, double low, double high) {
    low_[column] = low;
    high_[column] = high;
    ranges_changed_ = true;
  }

  void SetCost(uint32_t column, double cost) {
    cost_[column] = cost;
    costs_changed_ = true;
  }

  void SetRowRange(uint32_t row, double low, double high) {
    row_low_[row] = low;
    row_high_[row] = high;
    rows_changed_ = true;
  }

  void Drop(std::span<const uint32_t> which) {
    Flush();
    const std::vector<int> numbers(which.begin(), which.end());
    Clp_deleteColumns(clp_, static_cast<int>(numbers.size()), numbers.data());
    size_t kept = 0, next = 0;
    for (size_t column = 0; column < low_.size(); ++column) {
      if (next < which.size() && which[next] == column) {
        ++next;
        continue;
      }
      low_[kept] = low_[column];
      high_[kept] = high_[column];
      cost_[kept++] = cost_[column];
    }
    low_.resize(kept);
    high_.resize(kept);
    cost_.resize(kept);
    inside_ = kept;
  }

  uint32_t columns() const { return static_cast<uint32_t>(low_.size()); }

  bool Solve(int iterations, double seconds) {
    // New limits leave the last prices right, new columns the last values.
    const bool limits = solved_ && (ranges_changed_ || rows_changed_) && !costs_changed_;
    Flush();
    Clp_setMaximumIterations(clp_, Clp_numberIterations(clp_) + iterations);
    // Negative: as long as it takes.
    Clp_setMaximumSeconds(clp_, seconds < Infinity ? std::max(0.0, seconds) : -1);
    if (limits) {
      Clp_dual(clp_, 0);
    } else {
      Clp_primal(clp_, 0);
    }
    solved_ = Clp_status(clp_) == 0;
    return solved_;
  }

  std::span<const double> Values() const {
    return {Clp_primalColumnSolution(clp_), static_cast<size_t>(Clp_numberColumns(clp_))};
  }
  std::span<const double> Prices() const {
    return {Clp_dualRowSolution(clp_), static_cast<size_t>(Clp_numberRows(clp_))};
  }
  double Objective() const { return Clp_objectiveValue(clp_); }

 private:
  void Flush() {
    if (inside_ == 0 && Clp_numberRows(clp_) == 0) {
      const std::vector<int> none(row_low_.size() + 1, 0);
      Clp_addRows(clp_, static_cast<int>(row_low_.size()), row_low_.data(), row_high_.data(),
                  none.data(), nullptr, nullptr);
    }
    const size_t more = low_.size() - inside_;
    if (more > 0) {
      Clp_addColumns(clp_, static_cast<int>(more), low_.data() + inside_, high_.data() + inside_,
                     cost_.data() + inside_, starts_.data(), rows_.data(), factors_.data());
      inside_ = low_.size();
      rows_.clear();
      factors_.clear();
      starts_.assign(1, 0);
    }
    if (ranges_changed_) {
      Clp_chgColumnLower(clp_, low_.data());
      Clp_chgColumnUpper(clp_, high_.data());
      ranges_changed_ = false;
    }
    if (costs_changed_) {
      Clp_chgObjCoefficients(clp_, cost_.data());
      costs_changed_ = false;
    }
    if (rows_changed_) {
      Clp_chgRowLower(clp_, row_low_.data());
      Clp_chgRowUpper(clp_, row_high_.data());
      rows_changed_ = false;
    }
  }

  Clp_Simplex* clp_;
  std::vector<double> row_low_, row_high_;
  std::vector<double> low_, high_, cost_;  // of all columns
  size_t inside_ = 0;                      // columns that Clp has; of the others:
  std::vector<double> factors_;
  std::vector<int> starts_{0}, rows_;
  bool solved_ = false, ranges_changed_ = false, rows_changed_ = false, costs_changed_ = false;
};

Programme::Programme() : model_(std::make_unique<Model>()) {}
Programme::~Programme() = default;

uint32_t Programme::AddRow(double low, double high) { return model_->AddRow(low, high); }
uint32_t Programme::AddColumn(double cost, std::span<const Entry> entries, double low,
                              double high) {
  return model_->AddColumn(cost, entries, low, high);
}
void Programme::SetRange(uint32_t column, double low, double high) {
  model_->SetRange(column, low, high);
}
void Programme::SetCost(uint32_t column, double cost) { model_->SetCost(column, cost); }
void Programme::SetRowRange(uint32_t row, double low, double high) {
  model_->SetRowRange(row, low, high);
}
void Programme::Drop(std::span<const uint32_t> which) { model_->Drop(which); }
uint32_t Programme::columns() const { return model_->columns(); }

bool Programme::Solve(int iterations, double seconds) {
  values_.clear();
  prices_.clear();
  try {
    if (!model_->Solve(iterations, seconds)) return false;
    const auto values = model_->Values(), prices = model_->Prices();
    values_.assign(values.begin(), values.end());
    prices_.assign(prices.begin(), prices.end());
    objective_ = model_->Objective();
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace sprint::linear
