#include "server/net/sniff.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "server/net/address.h"
#include "server/reasons.h"

namespace server {
namespace {

/// The first bytes that OpenSSL's own client sends; `protocols` as ALPN writes them.
std::string ClientHello(const std::string& protocols) {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()),
                                                             SSL_CTX_free);
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context.get()), SSL_free);
  if (!protocols.empty()) {
    SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
  }
  SSL_set_tlsext_host_name(ssl.get(), "lake.example.org");
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_connect(ssl.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(SSL_get_wbio(ssl.get()), &bytes);
  return {bytes, static_cast<size_t>(size)};
}

const std::string kH2 = std::string("\x02") + "h2";
const std::string kHttp1 = std::string("\x08") + "http/1.1";

TEST(Sniff, TellsHttp2FromItsWholePreface) {
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  EXPECT_EQ(Sniff(preface + "more"), Spoken::kHttp2);
  for (size_t size = 1; size < preface.size(); ++size) {
    EXPECT_EQ(Sniff(preface.substr(0, size)), Spoken::kUnknownYet) << size;
  }
}

TEST(Sniff, TellsMethodsThatBeginLikeThePreface) {
  EXPECT_EQ(Sniff("PUT /x HTTP/1.1\r\n"), Spoken::kHttp1);
  EXPECT_EQ(Sniff("PROPFIND / HTTP/1.1\r\n"), Spoken::kHttp1);
  EXPECT_EQ(Sniff("G"), Spoken::kHttp1);
  EXPECT_EQ(Sniff("\x01\x02"), Spoken::kGarbage);
}

TEST(Sniff, GivesGrpcOnlyToWhoSpeaksNothingElse) {
  EXPECT_EQ(Sniff(ClientHello(kH2)), Spoken::kTlsHttp2);
  EXPECT_EQ(Sniff(ClientHello(kH2 + kHttp1)), Spoken::kTlsHttp1);
  EXPECT_EQ(Sniff(ClientHello(kHttp1)), Spoken::kTlsHttp1);
  EXPECT_EQ(Sniff(ClientHello("")), Spoken::kTlsHttp1);
}

TEST(Sniff, WaitsForAWholeHello) {
  const std::string hello = ClientHello(kH2);
  for (size_t size = 1; size < hello.size(); ++size) {
    EXPECT_EQ(Sniff(hello.substr(0, size)), Spoken::kUnknownYet) << size;
  }
}

// Whatever lengths a hello claims, nothing beyond its end is read: every byte is changed in turn.
TEST(Sniff, SurvivesDamagedHellos) {
  const std::string hello = ClientHello(kH2 + kHttp1);
  for (size_t at = 0; at < hello.size(); ++at) {
    for (const char value : {'\x00', '\x7F', '\xFF'}) {
      std::string damaged = hello;
      damaged[at] = value;
      (void)Sniff(damaged);
    }
  }
}

TEST(Address, KnowsTheThreeForms) {
  const auto plain = ParseAddress("127.0.0.1:8080");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->host, "127.0.0.1");
  EXPECT_EQ(plain->port, 8080);
  const auto six = ParseAddress("[::1]:0");
  ASSERT_TRUE(six.ok());
  EXPECT_EQ(six->host, "::1");
  EXPECT_EQ(six->ToString(), "[::1]:0");
  const auto local = ParseAddress("unix:/tmp/x.sock");
  ASSERT_TRUE(local.ok());
  EXPECT_EQ(local->unix_path, "/tmp/x.sock");
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text : {"", "localhost", ":80", "a:b", "a:70000", "a:-1", "unix:"}) {
    const auto parsed = ParseAddress(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().reason, kBadAddress);
  }
}

}  // namespace
}  // namespace server
