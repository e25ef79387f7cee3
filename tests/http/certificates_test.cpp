// The daemon's own authority and certificate, as files.
#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/http/test_server.h"

namespace noroshi::http::testing {
namespace {

using std::chrono::hours;
using std::chrono::system_clock;
namespace fs = std::filesystem;

const system_clock::time_point now = system_clock::now();
const std::vector<std::string> names = {"127.0.0.1", "localhost", "::1", "host-a"};

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

unsigned mode(const fs::path& path) {
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

std::shared_ptr<X509> certificate(const fs::path& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "r"), std::fclose);
  REQUIRE(file != nullptr);
  return {PEM_read_X509(file.get(), nullptr, nullptr, nullptr), X509_free};
}

TEST_CASE("the first start makes an authority and a certificate, keys for their owner alone") {
  const TemporaryFolder folder;
  const fs::path tls = folder.path() / "a" / "tls";
  const TlsFiles files = ensure_own_certificate(tls, names, now);
  CHECK(files.certificate == tls / "server.pem");
  CHECK(mode(tls / "ca.key") == 0600);
  CHECK(mode(tls / "server.key") == 0600);
  CHECK(mode(tls / "ca.pem") == 0644);
  CHECK(std::distance(fs::directory_iterator(tls), fs::directory_iterator()) == 4);
  CHECK_NOTHROW(TlsContext{files});
}

TEST_CASE("the certificates carry the extensions a strict client wants") {
  const TemporaryFolder folder;
  ensure_own_certificate(folder.path(), names, now);
  const auto authority = certificate(folder.path() / "ca.pem");
  const auto server = certificate(folder.path() / "server.pem");
  CHECK(X509_check_ca(authority.get()) == 1);
  CHECK(X509_get_pathlen(authority.get()) == 0);
  CHECK(X509_get_key_usage(authority.get()) == (KU_KEY_CERT_SIGN | KU_CRL_SIGN));
  CHECK(X509_get_key_usage(server.get()) == KU_DIGITAL_SIGNATURE);
  CHECK(X509_get_extended_key_usage(server.get()) == XKU_SSL_SERVER);
  CHECK(X509_check_ca(server.get()) == 0);
  CHECK(X509_get0_subject_key_id(authority.get()) != nullptr);
  REQUIRE(X509_get0_authority_key_id(server.get()) != nullptr);
  CHECK(ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(server.get()),
                              X509_get0_subject_key_id(authority.get())) == 0);
  for (const std::string name : {"localhost", "host-a"})
    CHECK(X509_check_host(server.get(), name.c_str(), 0, 0, nullptr) == 1);
  CHECK(X509_check_ip_asc(server.get(), "::1", 0) == 1);
  CHECK(X509_check_ip_asc(server.get(), "127.0.0.2", 0) == 0);
}

TEST_CASE("a certificate that will do is left alone; near its end it is renewed by the same authority") {
  const TemporaryFolder folder;
  ensure_own_certificate(folder.path(), names, now);
  const std::string authority = content(folder.path() / "ca.pem");
  const std::string first = content(folder.path() / "server.pem");

  ensure_own_certificate(folder.path(), names, now + hours(24) * 366);  // 31 days left
  CHECK(content(folder.path() / "server.pem") == first);

  ensure_own_certificate(folder.path(), names, now + hours(24) * 368);  // 29 days left
  CHECK(content(folder.path() / "server.pem") != first);
  CHECK(content(folder.path() / "ca.pem") == authority);

  ensure_own_certificate(folder.path(), names, now + hours(24) * 5000);  // long expired
  CHECK(content(folder.path() / "ca.pem") == authority);
}

TEST_CASE("a new name is a new certificate; fewer names are not") {
  const TemporaryFolder folder;
  ensure_own_certificate(folder.path(), names, now);
  const std::string first = content(folder.path() / "server.pem");
  ensure_own_certificate(folder.path(), {"localhost"}, now);
  CHECK(content(folder.path() / "server.pem") == first);
  std::vector<std::string> more = names;
  more.push_back("10.1.2.3");
  ensure_own_certificate(folder.path(), more, now);
  CHECK(content(folder.path() / "server.pem") != first);
  CHECK(X509_check_ip_asc(certificate(folder.path() / "server.pem").get(), "10.1.2.3", 0) == 1);
}

TEST_CASE("whatever a crash left behind, the next start serves") {
  for (const char* damage : {"no certificate", "no key", "key of another", "cut certificate", "empty key",
                             "file aside", "no authority certificate"}) {
    CAPTURE(damage);
    const TemporaryFolder folder;
    const TlsFiles files = ensure_own_certificate(folder.path(), names, now);
    const std::string what = damage;
    if (what == "no certificate") fs::remove(files.certificate);
    if (what == "no key") fs::remove(files.key);
    if (what == "key of another")
      fs::copy_file(folder.path() / "ca.key", files.key, fs::copy_options::overwrite_existing);
    if (what == "cut certificate") write(files.certificate, content(files.certificate).substr(0, 200));
    if (what == "empty key") write(files.key, "");
    if (what == "file aside") {
      write(folder.path() / "server.key.new", "half");
      fs::remove(files.key);
    }
    if (what == "no authority certificate") fs::remove(folder.path() / "ca.pem");
    CHECK_NOTHROW(TlsContext{ensure_own_certificate(folder.path(), names, now)});
    CHECK(mode(files.key) == 0600);
    CHECK_FALSE(fs::exists(folder.path() / "server.key.new"));
  }
}

TEST_CASE("the authority is never replaced in silence") {
  const TemporaryFolder folder;
  const TlsFiles files = ensure_own_certificate(folder.path(), names, now);
  const std::string authority = content(folder.path() / "ca.pem");

  const std::string key = content(folder.path() / "ca.key");
  fs::remove(folder.path() / "ca.key");
  CHECK_NOTHROW(ensure_own_certificate(folder.path(), names, now));  // nothing is to be signed
  CHECK_THROWS_AS(ensure_own_certificate(folder.path(), {"other"}, now), TlsError);
  write(folder.path() / "ca.key", content(files.key));
  CHECK_THROWS_AS(ensure_own_certificate(folder.path(), {"other"}, now), TlsError);
  write(folder.path() / "ca.key", key);
  CHECK_THROWS_AS(ensure_own_certificate(folder.path(), names, now + hours(24) * 365 * 20), TlsError);
  CHECK(content(folder.path() / "ca.pem") == authority);

  write(folder.path() / "ca.pem", "not a certificate");
  CHECK_THROWS_AS(ensure_own_certificate(folder.path(), names, now), TlsError);
}

TEST_CASE("a name that no certificate can carry is refused, not written into one") {
  const TemporaryFolder folder;
  for (const char* name : {"a,DNS:evil.example", "", "a b", "ホスト", "a_b"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(ensure_own_certificate(folder.path(), {name}, now), TlsError);
  }
}

TEST_CASE("files that cannot be used are named") {
  const TemporaryFolder folder;
  const TlsFiles files = ensure_own_certificate(folder.path(), names, now);
  const auto message = [](const TlsFiles& wrong) {
    try {
      TlsContext context(wrong);
    } catch (const TlsError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message({folder.path() / "none.pem", files.key}).find("none.pem") != std::string::npos);
  CHECK(message({files.certificate, folder.path() / "none.key"}).find("none.key") != std::string::npos);
  CHECK(message({files.certificate, folder.path() / "ca.key"}).find("ca.key") != std::string::npos);
}

}  // namespace
}  // namespace noroshi::http::testing
