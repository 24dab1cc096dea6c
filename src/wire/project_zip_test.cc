#include "wire/project_zip.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "wire/reasons.h"

namespace wire {
namespace {

void Put16(uint32_t number, std::string* out) {
  out->push_back(static_cast<char>(number & 0xFF));
  out->push_back(static_cast<char>(number >> 8 & 0xFF));
}
void Put32(uint32_t number, std::string* out) {
  Put16(number & 0xFFFF, out);
  Put16(number >> 16, out);
}

/// A zip of one empty stored entry with any name and Unix mode, written by hand: the libraries
/// refuse to write the hostile ones.
std::string ZipOf(const std::string& name, uint32_t mode = 0100644) {
  std::string local;
  Put32(0x04034b50, &local);
  Put16(20, &local);
  for (int i = 0; i < 4; ++i) Put16(0, &local);
  for (int i = 0; i < 3; ++i) Put32(0, &local);
  Put16(static_cast<uint32_t>(name.size()), &local);
  Put16(0, &local);
  local += name;
  std::string central;
  Put32(0x02014b50, &central);
  Put16(3 << 8 | 20, &central);  // made by Unix
  Put16(20, &central);
  for (int i = 0; i < 4; ++i) Put16(0, &central);
  for (int i = 0; i < 3; ++i) Put32(0, &central);
  Put16(static_cast<uint32_t>(name.size()), &central);
  for (int i = 0; i < 4; ++i) Put16(0, &central);
  Put32(mode << 16, &central);
  Put32(0, &central);
  central += name;
  std::string end;
  Put32(0x06054b50, &end);
  Put16(0, &end);
  Put16(0, &end);
  Put16(1, &end);
  Put16(1, &end);
  Put32(static_cast<uint32_t>(central.size()), &end);
  Put32(static_cast<uint32_t>(local.size()), &end);
  Put16(0, &end);
  return local + central + end;
}

TEST(ProjectZip, GivesBackTheFilesThatWentIn) {
  api::ProjectSnapshot project;
  project.files["models.py"] = "x = 1\n";
  project.files["sql/a/b.sql"] = std::string("select '\0ü'", 11);
  project.files["empty.sql"] = "";
  const auto zip = WriteProjectZip(project);
  ASSERT_TRUE(zip.ok()) << zip.error().message;
  const auto read = ReadProjectZip(zip.value());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value().files, project.files);
  EXPECT_EQ(WriteProjectZip(project).value(), zip.value());
}

TEST(ProjectZip, GivesBackNoFiles) {
  const auto zip = WriteProjectZip(api::ProjectSnapshot());
  ASSERT_TRUE(zip.ok()) << zip.error().message;
  const auto read = ReadProjectZip(zip.value());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(read.value().files.empty());
}

TEST(ProjectZip, RefusesNamesThatLeaveTheFolder) {
  ASSERT_TRUE(ReadProjectZip(ZipOf("models.py")).ok());
  for (const char* name : {"../x", "/etc/passwd", "a/../../x", "a//b", "./x", "a\\b", "C:\\x", "",
                           "a\nb", "..", "a/..", "\xFF\xFE"}) {
    const auto read = ReadProjectZip(ZipOf(name));
    ASSERT_FALSE(read.ok()) << name;
    EXPECT_EQ(read.error().reason, kBadZip) << name;
  }
}

TEST(ProjectZip, RefusesLinksAndDevices) {
  for (const uint32_t mode : {0120777u, 0060644u, 0010644u}) {
    const auto read = ReadProjectZip(ZipOf("models.py", mode));
    ASSERT_FALSE(read.ok()) << mode;
    EXPECT_EQ(read.error().reason, kBadZip);
  }
}

TEST(ProjectZip, PassesOverFolders) {
  const auto read = ReadProjectZip(ZipOf("sql/", 0040755));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(read.value().files.empty());
}

// A bomb claims what it likes: what counts is what comes out.
TEST(ProjectZip, StopsUnpackingAtTheLimit) {
  api::ProjectSnapshot project;
  project.files["a.py"] = std::string(3 << 20, 'a');
  project.files["b.py"] = std::string(3 << 20, 'b');
  const auto zip = WriteProjectZip(project);
  ASSERT_TRUE(zip.ok());
  EXPECT_LT(zip.value().size(), 64u << 10);
  ZipLimits limits;
  limits.bytes_max = 5 << 20;
  const auto read = ReadProjectZip(zip.value(), limits);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().reason, kZipTooLarge);
  limits.files_max = 1;
  limits.bytes_max = 100 << 20;
  const auto many = ReadProjectZip(zip.value(), limits);
  ASSERT_FALSE(many.ok());
  EXPECT_EQ(many.error().reason, kZipTooLarge);
}

// Every cut and every changed byte gives files or an error.
TEST(ProjectZip, SurvivesDamage) {
  api::ProjectSnapshot project;
  project.files["models.py"] = "import boathouse\n";
  const std::string zip = WriteProjectZip(project).value();
  for (size_t size = 0; size < zip.size(); ++size) {
    EXPECT_FALSE(ReadProjectZip(zip.substr(0, size)).ok()) << size;
  }
  for (size_t at = 0; at < zip.size(); ++at) {
    std::string damaged = zip;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5A);
    (void)ReadProjectZip(damaged);
  }
}

}  // namespace
}  // namespace wire
