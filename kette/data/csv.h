// Comma-separated values [RFC 4180], read into columns and written back.
#pragma once

#include <string>
#include <string_view>

#include "kette/base/threads.h"
#include "kette/data/table.h"

namespace kette::data {

/// The table of a file, read as read_table does when nothing is said (see read.h): the dialect is found out.
Table read_csv(const std::string& path);

/// The same for delimited text in memory; `source` stands for the file's name in messages.
Table parse_csv(std::string_view text, std::string source);

/// The table as CSV, lines ending in LF, fields quoted only where they must be, numbers in their shortest
/// form that reads back the same, missing ones empty. Reading the result with a comma and a header line gives
/// the same table, unless a text column holds only numbers or what stands for a missing field.
std::string to_csv(const Table& table, Threads* threads = nullptr);
/// Its parts: the line of names, and those of the rows.
std::string csv_header(const Table& table);
std::string csv_rows(const Table& table, Threads* threads = nullptr);

/// Writes to_csv(table) to the file, all or nothing (see write_file_atomically).
void write_csv(const Table& table, const std::string& path);

}  // namespace kette::data
