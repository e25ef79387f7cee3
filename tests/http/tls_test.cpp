// The transport, and the server's names.
#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include "tests/http/test_server.h"

namespace noroshi::http::testing {
namespace {

TEST_CASE("TLS 1.3 with a certificate that a strict client verifies under each of its names") {
  TestServer server;
  for (const char* name : {"localhost", "127.0.0.1", "::1", "test-host"}) {
    CAPTURE(name);
    ClientOptions options = server.client_options();
    options.name = name;
    TlsClient client(server.port(), options);
    CHECK(client.version() == "TLSv1.3");
  }
  ClientOptions foreign = server.client_options();
  foreign.name = "evil.example";
  CHECK_THROWS_AS(TlsClient(server.port(), foreign), std::runtime_error);
}

TEST_CASE("TLS 1.2 is spoken by configuration alone") {
  ClientOptions options = TestServer().client_options();
  options.maximum_version = TLS1_2_VERSION;
  TestServer strict;
  CHECK_THROWS_AS(TlsClient(strict.port(), options), std::runtime_error);
  TestServer lenient({}, TlsMinimum::v1_2);
  TlsClient client(lenient.port(), options);
  CHECK(client.version() == "TLSv1.2");
  client.send(request("GET", "/livez"));
  CHECK(client.read_response()->status == 200);
}

TEST_CASE("http/1.1 is the only protocol; a client that offers others alone is refused in the handshake") {
  TestServer server;
  ClientOptions options = server.client_options();
  options.protocols = "\x02h2\x08http/1.1";
  CHECK(TlsClient(server.port(), options).protocol() == "http/1.1");
  options.protocols = "\x02h2";
  CHECK_THROWS_AS(TlsClient(server.port(), options), std::runtime_error);
}

TEST_CASE("suites outside the list are refused") {
  TestServer server;
  ClientOptions options = server.client_options();
  options.suites = "TLS_AES_128_CCM_SHA256";
  CHECK_THROWS_AS(TlsClient(server.port(), options), std::runtime_error);
  options.suites = "TLS_CHACHA20_POLY1305_SHA256";
  CHECK(TlsClient(server.port(), options).version() == "TLSv1.3");
}

TEST_CASE("no session ticket is given out") {
  TestServer server;
  TlsClient client = server.client();
  client.send(request("GET", "/livez"));
  CHECK(client.read_response()->status == 200);
  CHECK_FALSE(client.has_ticket());
}

TEST_CASE("a replaced certificate serves new connections, the open ones stay") {
  TestServer server;
  TlsClient before = server.client();
  const TemporaryFolder folder;
  const TlsFiles files = ensure_own_certificate(folder.path(), tls_names("127.0.0.1", "test-host"),
                                                std::chrono::system_clock::now());
  server.on_io_thread([&] { server.server().replace_tls(TlsContext(files)); });
  CHECK_THROWS_AS(server.client(), std::runtime_error);  // it trusts the first authority
  ClientOptions options = server.client_options();
  options.authority = folder.path() / "ca.pem";
  TlsClient after(server.port(), options);
  for (TlsClient* client : {&before, &after}) {
    client->send(request("GET", "/livez"));
    CHECK(client->read_response()->status == 200);
  }
}

TEST_CASE("the names of a server are each there once, spelled one way") {
  using Names = std::vector<std::string>;
  CHECK(tls_names("127.0.0.1", "Host.Example", {}) == Names{"127.0.0.1", "localhost", "::1", "host.example"});
  CHECK(tls_names("0.0.0.0", "", {"0:0:0:0:0:0:0:1"}) == Names{"localhost", "127.0.0.1", "::1"});
  CHECK(tls_names("::", "localhost", {"10.0.0.7"}) == Names{"localhost", "127.0.0.1", "::1", "10.0.0.7"});
  CHECK(tls_names("2001:DB8:0::5", "h", {}).front() == "2001:db8::5");
}

}  // namespace
}  // namespace noroshi::http::testing
