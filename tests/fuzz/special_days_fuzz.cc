// Foreign text as a file of holidays: it is read or refused, and no date is both a holiday and half a day.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "exporter/calendar/special_days.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  try {
    const pgwatch::SpecialDays days = pgwatch::read_special_days(text, "f.csv");
    for (const auto& [date, close] : days.early_close) {
      if (!date.ok() || days.holidays.contains(date) || close > std::chrono::hours{24}) std::abort();
    }
  } catch (const std::invalid_argument& refused) {
    if (!std::string(refused.what()).starts_with("f.csv:")) std::abort();
  }
  return 0;
}
