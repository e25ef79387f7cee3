// The daemon's own certificate authority and the server certificate by it.
#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>

#include "src/http/tls.h"

namespace noroshi::http {
namespace {

using std::chrono::system_clock;
namespace fs = std::filesystem;

constexpr auto authority_validity = std::chrono::hours(24) * 365 * 20;
constexpr auto server_validity = std::chrono::hours(24) * 397;
constexpr auto renewal_margin = std::chrono::hours(24) * 30;
constexpr auto clock_tolerance = std::chrono::hours(1);  // of clients whose clocks run behind

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Release<BN_free>>;

[[noreturn]] void fail(const std::string& what) {
  const unsigned long code = ERR_get_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  throw TlsError(what + (reason != nullptr ? std::string(": ") + reason : std::string()));
}

void require(bool succeeded, const char* what) {
  if (!succeeded) fail(std::string("cannot make a certificate: ") + what);
}

// --- files
// -----------------------------------------------------------------------------------------------------------

[[noreturn]] void fail_with_errno(const std::string& what, const fs::path& path) {
  throw TlsError(what + " " + path.string() + ": " + std::generic_category().message(errno));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

void sync_directory(const fs::path& directory) {
  const FileDescriptor opened(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0 || fsync(opened.get()) != 0) fail_with_errno("cannot sync the folder", directory);
}

// After a crash the old file or the new one is there, whole.
void replace_file(const fs::path& path, std::string_view content, mode_t mode) {
  fs::path aside = path;
  aside += ".new";
  if (unlink(aside.c_str()) != 0 && errno != ENOENT) fail_with_errno("cannot remove", aside);
  {
    const FileDescriptor file(
        open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (file.get() < 0) fail_with_errno("cannot create", aside);
    if (fchmod(file.get(), mode) != 0) fail_with_errno("cannot set the mode of", aside);
    while (!content.empty()) {
      const ssize_t written = write(file.get(), content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail_with_errno("cannot write", aside);
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fsync(file.get()) != 0) fail_with_errno("cannot sync", aside);
  }
  if (rename(aside.c_str(), path.c_str()) != 0) fail_with_errno("cannot rename to", path);
  sync_directory(path.parent_path());
}

Certificate read_certificate(const fs::path& path) {
  const Bio file(BIO_new_file(path.c_str(), "r"));
  Certificate certificate(file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr) : nullptr);
  ERR_clear_error();
  return certificate;
}

Key read_key(const fs::path& path) {
  const Bio file(BIO_new_file(path.c_str(), "r"));
  Key key(file ? PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr) : nullptr);
  ERR_clear_error();
  return key;
}

void write_key(const fs::path& path, const Key& key) {
  const Bio memory(BIO_new(BIO_s_mem()));
  require(memory && PEM_write_bio_PKCS8PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                                  nullptr) == 1,
          "encoding a key");
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &bytes);
  const auto cleanse = [size](char* secret) { OPENSSL_cleanse(secret, static_cast<std::size_t>(size)); };
  const std::unique_ptr<char, decltype(cleanse)> cleansed(bytes,
                                                          cleanse);  // ends before `memory`, which owns them
  replace_file(path, std::string_view(bytes, static_cast<std::size_t>(size)), 0600);
}

void write_certificate(const fs::path& path, const Certificate& certificate) {
  const Bio memory(BIO_new(BIO_s_mem()));
  require(memory && PEM_write_bio_X509(memory.get(), certificate.get()) == 1, "encoding it");
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &bytes);
  replace_file(path, std::string_view(bytes, static_cast<std::size_t>(size)), 0644);
}

// --- certificates
// ----------------------------------------------------------------------------------------------------

Key new_key(const char* curve) {
  Key key(EVP_EC_gen(curve));
  require(key != nullptr, "generating a key");
  return key;
}

BigNumber new_serial() {
  BigNumber serial(BN_new());
  require(serial && BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1,
          "drawing a serial number");
  return serial;
}

void set_time(ASN1_TIME* field, system_clock::time_point time) {
  require(ASN1_TIME_set(field, system_clock::to_time_t(time)) != nullptr, "setting its validity");
}

void set_name(X509_NAME* name, const std::string& common_name) {
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1, "setting its name");
}

void add_extension(const Certificate& certificate, const X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, const_cast<X509*>(issuer), certificate.get(), nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  require(extension && X509_add_ext(certificate.get(), extension.get(), -1) == 1, OBJ_nid2sn(nid));
}

Certificate blank_certificate(const Key& key, const std::string& common_name, system_clock::time_point from,
                              system_clock::time_point until) {
  Certificate certificate(X509_new());
  require(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1, "allocating it");
  const BigNumber serial = new_serial();
  require(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get())) != nullptr,
          "setting its serial number");
  set_time(X509_getm_notBefore(certificate.get()), from);
  set_time(X509_getm_notAfter(certificate.get()), until);
  set_name(X509_get_subject_name(certificate.get()), common_name);
  require(X509_set_pubkey(certificate.get(), key.get()) == 1, "setting its key");
  return certificate;
}

// "Noroshi certificate authority 4f0c…": the tail keeps the authorities of several installations apart in a
// trust store.
std::string authority_name() {
  const BigNumber number = new_serial();
  const std::unique_ptr<char, Release<[](char* text) { OPENSSL_free(text); }>> digits(
      BN_bn2hex(number.get()));
  require(digits != nullptr, "naming it");
  return "Noroshi certificate authority " + std::string(digits.get()).substr(0, 8);
}

Certificate make_authority(const Key& key, system_clock::time_point now) {
  Certificate authority =
      blank_certificate(key, authority_name(), now - clock_tolerance, now + authority_validity);
  require(X509_set_issuer_name(authority.get(), X509_get_subject_name(authority.get())) == 1,
          "setting its issuer");
  add_extension(authority, authority.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(authority, authority.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(authority, authority.get(), NID_subject_key_identifier, "hash");
  add_extension(authority, authority.get(), NID_authority_key_identifier, "keyid:always");
  require(X509_sign(authority.get(), key.get(), EVP_sha384()) != 0, "signing it");
  return authority;
}

bool is_address(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

// OpenSSL reads the list as text, so a name may hold nothing that text would take for a separator.
std::string alternative_names(const std::vector<std::string>& names) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  std::string list;
  for (const std::string& name : names) {
    const bool address = is_address(name);
    if (!address && (name.empty() || name.find_first_not_of(allowed) != std::string::npos)) {
      throw TlsError("not a name that a certificate can carry: " + name);
    }
    list += (list.empty() ? "" : ",") + std::string(address ? "IP:" : "DNS:") + name;
  }
  return list;
}

Certificate make_server_certificate(const Key& key, const Certificate& authority, const Key& authority_key,
                                    const std::vector<std::string>& names, system_clock::time_point now) {
  Certificate certificate = blank_certificate(key, "noroshid", now - clock_tolerance, now + server_validity);
  require(X509_set_issuer_name(certificate.get(), X509_get_subject_name(authority.get())) == 1,
          "setting its issuer");
  add_extension(certificate, authority.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate, authority.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(certificate, authority.get(), NID_ext_key_usage, "serverAuth");
  add_extension(certificate, authority.get(), NID_subject_key_identifier, "hash");
  add_extension(certificate, authority.get(), NID_authority_key_identifier, "keyid:always");
  add_extension(certificate, authority.get(), NID_subject_alt_name, alternative_names(names));
  require(X509_sign(certificate.get(), authority_key.get(), EVP_sha384()) != 0, "signing it");
  return certificate;
}

// --- what is there and whether it will do
// ----------------------------------------------------------------------------

bool covers(const Certificate& certificate, const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    if (is_address(name)) return X509_check_ip_asc(certificate.get(), name.c_str(), 0) == 1;
    return X509_check_host(certificate.get(), name.c_str(), name.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                           nullptr) == 1;
  });
}

bool valid_at(const Certificate& certificate, system_clock::time_point time) {
  std::time_t at = system_clock::to_time_t(time);
  return X509_cmp_time(X509_get0_notBefore(certificate.get()), &at) < 0 &&
         X509_cmp_time(X509_get0_notAfter(certificate.get()), &at) > 0;
}

bool issued_by(const Certificate& certificate, const Certificate& authority) {
  const bool issued = X509_check_issued(authority.get(), certificate.get()) == X509_V_OK &&
                      X509_verify(certificate.get(), X509_get0_pubkey(authority.get())) == 1;
  ERR_clear_error();
  return issued;
}

bool fits(const Certificate& certificate, const Key& key) {
  const bool fitting = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return fitting;
}

bool will_do(const Certificate& certificate, const Key& key, const Certificate& authority,
             const std::vector<std::string>& names, system_clock::time_point now) {
  return certificate && key && fits(certificate, key) && issued_by(certificate, authority) &&
         covers(certificate, names) && valid_at(certificate, now) &&
         valid_at(certificate, now + renewal_margin);
}

Certificate ensure_authority(const fs::path& certificate_path, const fs::path& key_path,
                             system_clock::time_point now) {
  if (fs::exists(certificate_path)) {
    Certificate authority = read_certificate(certificate_path);
    if (!authority) throw TlsError("not a readable PEM certificate: " + certificate_path.string());
    return authority;
  }
  // A key without its certificate is what a crash between the two writes leaves: nobody trusts it yet.
  const Key key = new_key("P-384");
  Certificate authority = make_authority(key, now);
  write_key(key_path, key);
  write_certificate(certificate_path, authority);
  return authority;
}

Key authority_key_for_renewal(const Certificate& authority, const fs::path& certificate_path,
                              const fs::path& key_path, system_clock::time_point now) {
  const std::string advice = "; restore it, or remove " + certificate_path.string() +
                             " to make a new authority, which every client must then be given";
  Key key = read_key(key_path);
  if (!key)
    throw TlsError("the server certificate is to be renewed and there is no readable key " +
                   key_path.string() + advice);
  if (!fits(authority, key)) throw TlsError(key_path.string() + " is not the key of the authority" + advice);
  if (!valid_at(authority, now + server_validity)) {
    throw TlsError("the certificate authority " + certificate_path.string() + " ends too soon" + advice);
  }
  return key;
}

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw TlsError("cannot create " + directory.string() + ": " + error.message());
  // Clients of other users of the machine read ca.pem here; the keys beside it are their owner's alone.
  fs::permissions(directory, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                                 fs::perms::others_read | fs::perms::others_exec, error);
}

}  // namespace

TlsFiles ensure_own_certificate(const fs::path& directory, const std::vector<std::string>& names,
                                system_clock::time_point now) {
  make_directory(directory);
  const fs::path authority_path = directory / "ca.pem";
  const fs::path authority_key_path = directory / "ca.key";
  const TlsFiles files{directory / "server.pem", directory / "server.key"};

  const Certificate authority = ensure_authority(authority_path, authority_key_path, now);
  if (will_do(read_certificate(files.certificate), read_key(files.key), authority, names, now)) return files;

  const Key authority_key = authority_key_for_renewal(authority, authority_path, authority_key_path, now);
  const Key key = new_key("P-256");
  const Certificate certificate = make_server_certificate(key, authority, authority_key, names, now);
  // A crash between the two leaves a pair that does not fit, and the next start makes another.
  write_key(files.key, key);
  write_certificate(files.certificate, certificate);
  return files;
}

}  // namespace noroshi::http
