// What S3Store does beyond the conformance list: parts, lost answers, services that fail or refuse.
#include "storage/s3_store.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/file.h"
#include "base/guarded.h"
#include "base/sha256.h"
#include "base/testing/matchers.h"
#include "storage/reasons.h"
#include "storage/s3_signature_internal.h"
#include "storage/s3_xml_internal.h"
#include "storage/testing/seaweed.h"

namespace storage {
namespace {

using base::Bytes;
using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

/// A stand-in that answers each request with the next line of its script, then with the last one
/// for ever. "" hangs up without an answer; "hang" never answers.
class ScriptedService {
 public:
  explicit ScriptedService(std::vector<std::string> script) : script_(std::move(script)) {
    listener_ = base::Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size);
    listen(listener_.get(), 16);
    getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    options_.endpoint = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    options_.credentials = {.access_key_id = "k", .secret_access_key = "s"};
    options_.retries = {.attempts_max = 4,
                        .wait_first = std::chrono::milliseconds(1),
                        .wait_max = std::chrono::milliseconds(2)};
    thread_ = std::jthread([this] { Serve(); });
  }
  ~ScriptedService() {
    stopping_ = true;
    shutdown(listener_.get(), SHUT_RDWR);
  }
  const S3Options& options() const { return options_; }
  std::vector<std::string> requests() const {
    return requests_.With([](const auto& all) { return all; });
  }

 private:
  void Serve() {
    while (!stopping_) {
      base::Fd peer(accept(listener_.get(), nullptr, nullptr));
      if (!peer.valid()) continue;
      const std::string request = ReadRequest(peer.get());
      const size_t number = requests_.With([&](auto& all) {
        all.push_back(request);
        return all.size() - 1;
      });
      std::string answer = script_[std::min(number, script_.size() - 1)];
      if (answer == "hang") {
        held_.push_back(std::move(peer));
        continue;
      }
      const size_t token = request.find("x-amz-meta-boathouse-write: ");
      if (token != std::string::npos)
        token_ = request.substr(token, request.find('\r', token) - token);
      const size_t place = answer.find("TOKEN");
      if (place != std::string::npos) answer.replace(place, 5, token_);
      send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  }
  static std::string ReadRequest(int fd) {
    std::string text;
    char block[4096];
    size_t wanted = std::string::npos;
    while (wanted == std::string::npos || text.size() < wanted) {
      const ssize_t got = recv(fd, block, sizeof(block), 0);
      if (got <= 0) break;
      text.append(block, static_cast<size_t>(got));
      const size_t end = text.find("\r\n\r\n");
      if (end == std::string::npos || wanted != std::string::npos) continue;
      const size_t length = text.find("Content-Length: ");
      wanted = end + 4 + (length < end ? std::stoul(text.substr(length + 16)) : 0);
    }
    return text;
  }

  const std::vector<std::string> script_;
  base::Fd listener_;
  S3Options options_;
  base::Guarded<std::vector<std::string>> requests_;
  std::vector<base::Fd> held_;
  std::string token_;
  std::atomic<bool> stopping_ = false;
  std::jthread thread_;
};

std::string Answer(const std::string& status, const std::string& body = "",
                   const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string Refusal(const std::string& status, const std::string& code) {
  return Answer(status, "<Error><Code>" + code + "</Code><Message>words</Message></Error>");
}

class S3StoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<S3Store> Open(const S3Options& options, const std::string& uri = "s3://b/p") {
    return S3Store::Open(uri, options, clock_, rng_).value();
  }
  base::SystemClock clock_;
  base::SystemRng rng_;
  base::Context ctx_;
};

// The example of AWS's own documentation of the signature.
TEST(S3Signature, IsTheOneOfTheSpecification) {
  SignedRequest request{"GET", "/test.txt", {}, {}, base::Sha256Hex("")};
  request.headers = {{"host", "examplebucket.s3.amazonaws.com"}, {"range", "bytes=0-9"}};
  Sign(request, {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", false},
       "us-east-1", base::FromMicros(1369353600ll * 1'000'000));
  EXPECT_TRUE(request.headers["authorization"].ends_with(
      "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"))
      << request.headers["authorization"];
}

TEST(S3Xml, ReadsAListingPage) {
  const auto page = ParseListPage(
      "<?xml version='1.0'?><ListBucketResult xmlns='x'><EncodingType>url</EncodingType>"
      "<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b</NextContinuationToken>"
      "<Contents><Key>a%20b+c%2Bd</Key><Size>12</Size><ETag>&quot;e1&#34;</ETag></Contents>"
      "</ListBucketResult>");
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->next, "a&b");
  ASSERT_EQ(page->objects.size(), 1u);
  EXPECT_EQ(page->objects[0].key, "a b c+d");
  EXPECT_EQ(page->objects[0].size_bytes, 12u);
  EXPECT_EQ(page->objects[0].etag, "e1");
  for (const char* bad : {"", "<html>", "<ListBucketResult><Contents><Key>a</Key></Contents>",
                          "<ListBucketResult><IsTruncated>true</IsTruncated>"}) {
    EXPECT_THAT(ParseListPage(bad), IsError(Code::kUnavailable, reasons::kServiceFailed)) << bad;
  }
}

TEST(S3Uri, IsBucketAndKeyAsTheyAre) {
  EXPECT_EQ(ParseS3Uri("s3a://b-1/x y%20/z")->key, "x y%20/z");
  EXPECT_EQ(ParseS3Uri("s3://b")->bucket, "b");
  for (const char* bad : {"s3://", "s3:///x", "/x", "s3://a b/x", "http://b/x"}) {
    EXPECT_THAT(ParseS3Uri(bad), IsError(Code::kInvalidArgument, reasons::kBadLocation)) << bad;
  }
}

TEST(S3Options, ComeFromTheVariablesOfAwsTools) {
  std::map<std::string, std::string> set = {{"AWS_ENDPOINT_URL", "http://h:1"},
                                            {"AWS_DEFAULT_REGION", "eu-north-1"},
                                            {"AWS_ACCESS_KEY_ID", "k"},
                                            {"AWS_SESSION_TOKEN", "t"}};
  const S3Options options = S3OptionsOf([&](const std::string& name) { return set[name]; });
  EXPECT_EQ(options.endpoint, "http://h:1");
  EXPECT_TRUE(options.path_style);
  EXPECT_EQ(options.region, "eu-north-1");
  EXPECT_EQ(options.credentials.session_token, "t");
  EXPECT_FALSE(S3OptionsOf([](const std::string&) { return ""; }).path_style);
}

TEST_F(S3StoreTest, RepeatsWhatFailedInPassing) {
  ScriptedService service({Refusal("500 x", "InternalError"), Refusal("503 x", "SlowDown"), "",
                           Answer("206 Partial", "0123")});
  EXPECT_EQ(Open(service.options())->Read(ctx_, "x", 0, 4).value(), "0123");
  EXPECT_EQ(service.requests().size(), 4u);
}

TEST_F(S3StoreTest, SaysThatItIsThrottledWhenItStaysSo) {
  ScriptedService service({Refusal("503 x", "SlowDown")});
  EXPECT_THAT(Open(service.options())->Read(ctx_, "x", 0, 4),
              IsError(Code::kUnavailable, reasons::kThrottled));
  EXPECT_EQ(service.requests().size(), 4u);
}

TEST_F(S3StoreTest, DoesNotRepeatWhatIsRefused) {
  ScriptedService service({Refusal("403 x", "SignatureDoesNotMatch")});
  EXPECT_THAT(Open(service.options())->Create(ctx_, "x", "y"),
              IsError(Code::kPermissionDenied, reasons::kAccessDenied));
  EXPECT_EQ(service.requests().size(), 1u);
}

// The first answer is lost, so the second attempt finds the name taken: by this very write.
TEST_F(S3StoreTest, KnowsItsOwnObjectAfterALostAnswer) {
  ScriptedService service(
      {"", Refusal("412 x", "PreconditionFailed"), Answer("200 OK", "", "TOKEN\r\n")});
  EXPECT_THAT(Open(service.options())->Create(ctx_, "x", "y"), IsOk());
}

TEST_F(S3StoreTest, TakesNoObjectOfOthersForItsOwn) {
  ScriptedService service({"", Refusal("412 x", "PreconditionFailed"),
                           Answer("200 OK", "", "x-amz-meta-boathouse-write: other\r\n")});
  EXPECT_THAT(Open(service.options())->Create(ctx_, "x", "y"),
              IsError(Code::kAlreadyExists, reasons::kObjectExists));
}

TEST_F(S3StoreTest, AWriteWithoutAnyAnswerIsUnknown) {
  ScriptedService service({""});
  EXPECT_THAT(Open(service.options())->Create(ctx_, "x", "y"),
              IsError(Code::kOutcomeUnknown, reasons::kOutcomeUnknown));
}

TEST_F(S3StoreTest, AWriteThatNeverWentOutIsUnavailable) {
  S3Options options = ScriptedService({""}).options();  // nobody listens any more
  options.retries = {.attempts_max = 2, .wait_first = {}, .wait_max = {}};
  EXPECT_THAT(Open(options)->Create(ctx_, "x", "y"),
              IsError(Code::kUnavailable, reasons::kUnreachable));
}

TEST_F(S3StoreTest, ASlowServiceIsLeftAtTheDeadline) {
  ScriptedService service({"hang"});
  base::Context hurried;
  hurried.deadline = clock_.Now() + std::chrono::milliseconds(300);
  const auto read = Open(service.options())->Read(hurried, "x", 0, 1);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Code::kDeadlineExceeded);
  EXPECT_LT(clock_.Now() - hurried.deadline, std::chrono::seconds(5));
}

TEST_F(S3StoreTest, NamesTheRegionOfABucketElsewhere) {
  ScriptedService service({Answer("301 Moved", "", "x-amz-bucket-region: eu-west-3\r\n")});
  EXPECT_THAT(Open(service.options())->Size(ctx_, "x"),
              IsError(Code::kInvalidArgument, reasons::kBadLocation));
}

TEST_F(S3StoreTest, SignsAndNamesWhatItSends) {
  ScriptedService service({Answer("200 OK")});
  S3Options options = service.options();
  options.credentials.session_token = "tok";
  ASSERT_THAT(Open(options)->Create(ctx_, "a b", "body"), IsOk());
  const std::string request = service.requests()[0];
  EXPECT_TRUE(request.starts_with("PUT /b/p/a%20b HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("if-none-match: *\r\n"), std::string::npos);
  EXPECT_NE(request.find("x-amz-security-token: tok\r\n"), std::string::npos);
  EXPECT_NE(request.find("authorization: AWS4-HMAC-SHA256 Credential=k/"), std::string::npos);
  EXPECT_TRUE(request.ends_with("\r\n\r\nbody"));
  options.credentials = {.anonymous = true};
  ASSERT_THAT(Open(options)->Create(ctx_, "c", ""), IsOk());
  EXPECT_EQ(service.requests()[1].find("authorization"), std::string::npos);
}

TEST_F(S3StoreTest, RefusesPlacesThatAreNone) {
  EXPECT_THAT(S3Store::Open("s3:///x", {}, clock_, rng_),
              IsError(Code::kInvalidArgument, reasons::kBadLocation));
  EXPECT_THAT(S3Store::Open("s3://b/a%20b", {}, clock_, rng_),
              IsError(Code::kInvalidArgument, reasons::kBadLocation));
  EXPECT_THAT(S3Store::Open("s3://b", {.endpoint = "ftp://h"}, clock_, rng_),
              IsError(Code::kInvalidArgument, reasons::kBadLocation));
}

/// Against a real service.
class S3ServiceTest : public S3StoreTest {
 protected:
  static void SetUpTestSuite() {
    server_ = testing::Seaweed::Start(BOATHOUSE_DEPS_DIR "/peers/bin/weed");
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (server_ == nullptr) GTEST_SKIP() << "no SeaweedFS: run tools/install_deps.sh";
  }
  static inline std::unique_ptr<testing::Seaweed> server_;
};

// 5 MiB is the least that services take, but for the last part.
TEST_F(S3ServiceTest, LargeObjectsGoInPartsAndAppearWhole) {
  S3Options options = server_->options();
  options.part_bytes = 5u << 20;
  const auto store = Open(options, "s3://lake/parts");
  Bytes body(12u << 20, '\0');
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 2654435761u >> 13);
  auto writer = store->StartWriting(ctx_, "large").value();
  auto second = store->StartWriting(ctx_, "large").value();
  for (size_t at = 0; at < body.size(); at += 1'000'003) {
    ASSERT_THAT(writer->Append(base::BytesView(body).substr(at, 1'000'003)), IsOk());
  }
  EXPECT_TRUE(store->List(ctx_, "").value().empty());
  ASSERT_THAT(second->Append(body), IsOk());
  ASSERT_THAT(writer->Finish(), IsOk());
  EXPECT_THAT(second->Finish(), IsError(Code::kAlreadyExists, reasons::kObjectExists));
  EXPECT_TRUE(ReadAll(ctx_, *store, "large").value() == body);
  EXPECT_EQ(store->Read(ctx_, "large", (5u << 20) - 2, 4).value(), body.substr((5u << 20) - 2, 4));
  EXPECT_THAT(store->Create(ctx_, "created", body), IsOk());
  {
    ASSERT_THAT(store->StartWriting(ctx_, "dropped").value()->Append(body), IsOk());
  }
  EXPECT_THAT(store->Size(ctx_, "dropped"), IsError(Code::kNotFound, reasons::kNoObject));
}

TEST_F(S3ServiceTest, ListsMoreThanOnePage) {
  const auto store = Open(server_->options(), "s3://lake/pages");
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t; i < 1002; i += 4) (void)store->Create(ctx_, "k" + std::to_string(i), "x");
    });
  }
  threads.clear();
  EXPECT_EQ(store->List(ctx_, "k").value().size(), 1002u);
  EXPECT_FALSE(store->ListObjects(ctx_, "k77").value()[0].etag.empty());
}

TEST_F(S3ServiceTest, SaysThatKeysAreWrongAndBucketsMissing) {
  S3Options wrong = server_->options();
  wrong.credentials.secret_access_key = "wrong";
  EXPECT_THAT(Open(wrong, "s3://lake/x")->List(ctx_, ""),
              IsError(Code::kPermissionDenied, reasons::kAccessDenied));
  EXPECT_THAT(Open(server_->options(), "s3://nobodys/x")->Create(ctx_, "a", "b"),
              IsError(Code::kNotFound, reasons::kNoBucket));
  EXPECT_THAT(Open(server_->options(), "s3://nobodys/x")->List(ctx_, ""),
              IsError(Code::kNotFound, reasons::kNoBucket));
}

TEST_F(S3ServiceTest, ReadsKeysOfOthers) {
  const auto store = S3Store::OpenForeign("lake", server_->options(), clock_, rng_).value();
  const std::string key = "foreign/a b%20+?#&=\xc3\xa9.csv";
  ASSERT_THAT(store->Create(ctx_, key, "x"), IsOk());
  EXPECT_EQ(ReadAll(ctx_, *store, key).value(), "x");
  EXPECT_EQ(store->List(ctx_, "foreign/").value()[0].key, key);
}

}  // namespace
}  // namespace storage
