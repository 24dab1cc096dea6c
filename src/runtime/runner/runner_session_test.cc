// The host's side against the real runner in a real interpreter (without a sandbox around it), and
// against a peer that lies.
#include "runtime/runner/runner_session.h"

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/testing/matchers.h"
#include "columnar/producer.h"
#include "columnar/text_output.h"
#include "runtime/runner/output_pipe_internal.h"
#include "runtime/runner/packet_internal.h"

namespace runtime {
namespace {

using base::testing::IsError;
using base::testing::IsOk;

columnar::SharedTable Numbers(int64_t rows) {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < rows; ++i) EXPECT_TRUE(builder.Append(i).ok());
  const auto schema = arrow::schema({arrow::field("n", arrow::int64())});
  auto batch = arrow::RecordBatch::Make(schema, rows, {builder.Finish().ValueOrDie()});
  auto reader = arrow::RecordBatchReader::Make({batch}, schema).ValueOrDie();
  ArrowArrayStream raw{};
  EXPECT_TRUE(arrow::ExportRecordBatchReader(reader, &raw).ok());
  return columnar::WriteTable(columnar::Stream(&raw), "numbers", 1 << 24).value().table;
}

std::string JsonOf(const columnar::SharedTable& table) {
  std::string text;
  EXPECT_THAT(
      columnar::WriteRowsAsJson(columnar::OpenTable(table).value(), columnar::JsonShape::kLines,
                                [&](std::string_view piece) {
                                  text += piece;
                                  return base::Ok();
                                }),
      IsOk());
  return text;
}

class RunnerSessionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "runner-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    python_ = std::string(BOATHOUSE_DEPS_DIR) + "/peers/bin/python";
    if (!std::filesystem::exists(python_)) {
      const char* ci = getenv("CI");
      if (ci != nullptr && std::string(ci) == "true") FAIL() << "no interpreter " << python_;
      GTEST_SKIP() << "no interpreter " << python_;
    }
  }

  void TearDown() override {
    session_.reset();
    if (child_ > 0) {
      kill(child_, SIGKILL);
      waitpid(child_, nullptr, 0);
    }
    std::filesystem::remove_all(folder_);
  }

  void Start(const std::string& code) {
    std::ofstream(folder_ + "/models.py") << code;
    RunnerChannel channel = RunnerChannel::Create().value();
    const auto arguments =
        RunnerArguments(python_, std::string(BOATHOUSE_SOURCE_DIR) + "/python/runner", 3);
    std::vector<char*> argv;
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    // Descriptors are moved out of the way first: 1, 2 and 3 are about to be replaced.
    const int socket = fcntl(channel.child_socket.get(), F_DUPFD_CLOEXEC, 100);
    const int out = fcntl(channel.child_stdout.get(), F_DUPFD_CLOEXEC, 100);
    const int err = fcntl(channel.child_stderr.get(), F_DUPFD_CLOEXEC, 100);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
    posix_spawn_file_actions_adddup2(&actions, socket, 3);
    ASSERT_EQ(posix_spawn(&child_, python_.c_str(), &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    for (const int fd : {socket, out, err}) close(fd);
    RunnerSession::Options options;
    options.on_line = [this](const OutputLine& line) {
      lines_.push_back((line.is_error ? "! " : "") + line.file + ":" + std::to_string(line.line) +
                       " " + line.text);
    };
    session_ = std::make_unique<RunnerSession>(std::move(channel.host_socket),
                                               std::move(channel.host_stdout),
                                               std::move(channel.host_stderr), options);
    ASSERT_THAT(session_->AwaitHello({}), IsOk());
  }

  RunnerCall Call(std::vector<RunnerArgument> arguments, CallKind kind = CallKind::kModel) {
    RunnerCall call;
    call.code_folder = folder_;
    call.file = "models.py";
    call.function = call.name = "f";
    call.kind = kind;
    call.arguments = std::move(arguments);
    return call;
  }

  std::string folder_, python_;
  pid_t child_ = 0;
  std::unique_ptr<RunnerSession> session_;
  std::vector<std::string> lines_;
};

TEST_F(RunnerSessionTest, TablesGoInAndComeOut) {
  Start(
      "import pyarrow.compute as pc\n"
      "def f(data, factor):\n"
      "    print('rows', data.num_rows)\n"
      "    return data.append_column('m', pc.multiply(data['n'], factor))\n");
  const auto input = Numbers(3);
  const auto reply =
      session_->Call({}, Call({{"data", input}, {"factor", columnar::Literal::Long(10)}}));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(JsonOf(*reply->table),
            "{\"n\": 0, \"m\": 0}\n{\"n\": 1, \"m\": 10}\n{\"n\": 2, \"m\": 20}\n");
  EXPECT_EQ(reply->bytes_copied, 24u);                      // the new column only
  EXPECT_EQ(reply->table->segments[1], input.segments[0]);  // the old one lies where it lay
  session_->Close();
  EXPECT_EQ(lines_, std::vector<std::string>{"models.py:3 rows 3"});
}

TEST_F(RunnerSessionTest, ManyBatchesTravelInALongMessage) {
  Start(
      "import pyarrow as pa\n"
      "def f():\n"
      "    return pa.Table.from_batches([pa.record_batch({'x': [i]}) for i in range(2000)])\n");
  const auto reply = session_->Call({}, Call({}));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->table->rows(), 2000u);
}

TEST_F(RunnerSessionTest, AnExceptionIsTheUsersErrorWithItsPlace) {
  Start("def f():\n    raise ValueError('bad luck')\n");
  const auto reply = session_->Call({}, Call({}));
  ASSERT_THAT(reply, IsError(base::Code::kUserCode, "runtime.function_failed"));
  EXPECT_EQ(reply.error().place, (base::Place{"models.py", 2, 0}));
  EXPECT_EQ(reply.error().context.at("exception"), "ValueError");
  EXPECT_NE(reply.error().context.at("traceback").find("line 2, in f"), std::string::npos);
}

TEST_F(RunnerSessionTest, AnExpectationAnswersWithAFlag) {
  Start("def f(data):\n    assert data.num_rows > 5, 'too few rows'\n");
  const auto reply = session_->Call({}, Call({{"data", Numbers(3)}}, CallKind::kExpectation));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->check_passed, false);
  EXPECT_EQ(reply->check_message, "too few rows");
}

TEST_F(RunnerSessionTest, AProcessThatEndsIsLost) {
  Start("import os\ndef f():\n    os._exit(0)\n");
  EXPECT_THAT(session_->Call({}, Call({})),
              IsError(base::Code::kUnavailable, "runtime.runner_lost"));
}

TEST_F(RunnerSessionTest, ADeadlineEndsTheWait) {
  Start("import threading\ndef f():\n    threading.Event().wait()\n");
  base::Context ctx;
  ctx.deadline = base::SystemClock().Now() + std::chrono::milliseconds(100);
  const auto reply = session_->Call(ctx, Call({}));
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, base::Code::kDeadlineExceeded);
}

TEST_F(RunnerSessionTest, AResultStillMappedForWritingIsRefused) {
  Start(
      "import mmap, os\n"
      "def f():\n"
      "    for name in os.listdir('/proc/self/fd'):\n"
      "        path = '/proc/self/fd/' + name\n"
      "        if os.path.exists(path) and 'boathouse-f' in os.readlink(path):\n"
      "            os.ftruncate(int(name), 4096)\n"
      "            f.map = mmap.mmap(int(name), 4096)\n"
      "    import boathouse_runner.session as s\n"
      "    s.os = type('os', (), {'_exit': lambda code: __import__('time').sleep(60)})\n"
      "    return [{'x': 1}]\n");
  EXPECT_THAT(session_->Call({}, Call({})),
              IsError(base::Code::kFailedPrecondition, "columnar.segment_busy"));
}

/// A peer that answers a call with whatever the test likes.
base::Result<RunnerReply> ReplyTo(const std::string& body) {
  RunnerChannel channel = RunnerChannel::Create().value();
  EXPECT_THAT(SendPacket(channel.child_socket.get(), PacketKind::kReply, body, {}), IsOk());
  channel.child_stdout = {};
  channel.child_stderr = {};
  RunnerSession session(std::move(channel.host_socket), std::move(channel.host_stdout),
                        std::move(channel.host_stderr), {});
  RunnerCall call;
  call.name = "f";
  return session.Call({}, call);
}

TEST(RunnerSession, RefusesRepliesThatMakeNoSense) {
  for (const char* body :
       {"", "{", "[]", "{}", "{\"descriptor\": 3}", "{\"descriptor\": \"zz\"}",
        "{\"check_passed\": true}", "{\"error\": 1}", "{\"error\": {\"kind\": \"made_up\"}}"}) {
    EXPECT_FALSE(ReplyTo(body).ok()) << body;
  }
}

TEST(RunnerSession, RefusesATableOutsideItsMemory) {
  columnar::TableDescriptor descriptor;
  descriptor.segments = 9;
  descriptor.schema = {{"+s", "", "", 0, 1}, {"l", "n", "", 2, 0}};
  descriptor.batches = {{{{2, 0, 0, {{}}}, {2, 0, 0, {{}, {8, 0, 16}}}}}};
  const std::string hex = base::ToHex(columnar::EncodeDescriptor(descriptor));
  EXPECT_THAT(ReplyTo("{\"descriptor\": \"" + hex + "\"}"),
              IsError(base::Code::kCorrupt, "columnar.bad_descriptor"));
}

TEST(LineCutter, CutsMarksAndLongLines) {
  std::vector<std::string> seen;
  LineCutter cutter(false, 14, [&](const OutputLine& line) {
    seen.push_back(line.file + "|" + std::to_string(line.line) + "|" + line.text);
  });
  cutter.Feed("\x1em.py:12\x1fhi\nra");
  cutter.Feed("w\r\n\n0123456789abcdef\n\x1e");
  cutter.Feed("no mark");
  cutter.Finish();
  EXPECT_EQ(seen, (std::vector<std::string>{"m.py|12|hi", "|0|raw", "|0|",
                                            "|0|0123456789abcd … (line cut)", "|0|\x1eno mark"}));
}

}  // namespace
}  // namespace runtime
