// Calendar arithmetic on days and microseconds since 1970 that holds for every 64-bit timestamp.
#pragma once

#include <cstdint>

namespace iceberg {

inline constexpr int64_t kMicrosPerHour = 3'600'000'000;
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;

constexpr int64_t FloorDivide(int64_t value, int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

/// Months since 1970-01 of a day since 1970-01-01 (proleptic Gregorian calendar).
constexpr int64_t MonthOfDay(int64_t day) {
  const int64_t shifted = day + 719'468;  // days since 0000-03-01
  const int64_t era = FloorDivide(shifted, 146'097);
  const int64_t day_of_era = shifted - era * 146'097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  // March is month 2 of its year when January is 0.
  return (era * 400 + year_of_era - 1970) * 12 + month_from_march + 2;
}

/// The first day of a month since 1970-01: the inverse of MonthOfDay.
constexpr int64_t DayOfMonth(int64_t month) {
  const int64_t from_march = month + 1970 * 12 - 2;  // months since 0000-03
  const int64_t year = FloorDivide(from_march, 12);
  const int64_t month_from_march = from_march - year * 12;
  const int64_t era = FloorDivide(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * month_from_march + 2) / 5;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

constexpr int64_t YearOfDay(int64_t day) {
  return FloorDivide(MonthOfDay(day), 12);
}

static_assert(MonthOfDay(0) == 0 && MonthOfDay(-1) == -1 && MonthOfDay(30) == 0);
static_assert(MonthOfDay(31) == 1 && DayOfMonth(1) == 31 && DayOfMonth(12) == 365);
static_assert(MonthOfDay(DayOfMonth(-23'000)) == -23'000);

}  // namespace iceberg
