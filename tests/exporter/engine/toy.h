// Toys: the smallest questions the engine can be asked.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "exporter/engine/question.h"
#include "exporter/model/exposition.h"

namespace pgwatch::test {

inline Collector toy(Source source = std::vector<Sql>{{"SELECT 1 AS value"}}) {
  return {.name = "toy", .help = "A toy.", .source = std::move(source), .columns = {gauge("value", "A value.")}};
}

inline QuestionPtr question_of(Collector collector) {
  auto question = std::make_shared<Question>();
  question->instrument = std::make_shared<const Instrument>(std::move(collector));
  question->server = "main";
  question->labels = "server=\"main\"";
  question->keep = question->instrument->keep();
  return question;
}

inline Rows one_value(const std::string& value) {
  Rows rows({"value"});
  rows.add({value});
  return rows;
}

// The page, less HELP and TYPE.
inline std::string sample_lines(const BlockPtr& block) {
  const std::string page = write_exposition(std::vector{block}).text;
  std::string lines;
  for (std::size_t begin = 0; begin < page.size();) {
    const std::size_t end = page.find('\n', begin) + 1;
    if (page[begin] != '#') lines += page.substr(begin, end - begin);
    begin = end;
  }
  return lines;
}

}  // namespace pgwatch::test
