#include "src/delivery/smtp.h"

#include <curl/curl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>

#include <fmt/format.h>

namespace noroshi::delivery {
namespace {

using std::chrono::steady_clock;

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// What the callbacks of one transfer share.
struct Transfer {
  std::string_view rest;  // of the message
  steady_clock::time_point deadline;
  std::string command;   // the verb last sent, of four letters; never what followed it, which may be a password
  std::string answer;    // the relay's last line
  bool goodbye = false;  // said by us: what follows is no answer to the mail
};

std::size_t read_message(char* buffer, std::size_t size, std::size_t count, void* context) {
  auto& rest = static_cast<Transfer*>(context)->rest;
  const auto taken = std::min(size * count, rest.size());
  std::memcpy(buffer, rest.data(), taken);
  rest.remove_prefix(taken);
  return taken;
}

// libcurl's own limit ends the transfer; this also ends the goodbye after it, which that limit does not cover.
int is_over(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return steady_clock::now() >= static_cast<Transfer*>(context)->deadline ? 1 : 0;
}

int listen(CURL*, curl_infotype type, char* data, std::size_t size, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const std::string_view line(data, size);
  if (transfer.goodbye) return 0;
  if (type == CURLINFO_HEADER_OUT && line.starts_with("QUIT"))
    transfer.goodbye = true;
  else if (type == CURLINFO_HEADER_OUT)
    transfer.command = line.substr(0, std::min<std::size_t>(4, line.size()));
  else if (type == CURLINFO_HEADER_IN)
    transfer.answer = line;
  return 0;
}

// One line of printable ASCII: a relay writes what it likes.
std::string shown(std::string_view answer) {
  std::string text;
  for (const char c : answer.substr(0, 200))
    if (c >= 0x20 && c < 0x7f) text += c;
  return text;
}

Attempted again(std::string cause, std::string detail) {
  return {Verdict::again, std::move(cause), std::move(detail), {}};
}

Attempted of_certificate(CURL* easy, std::string detail) {
  long verified = 0;
  curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verified);
  if (verified == X509_V_ERR_CERT_HAS_EXPIRED) return again("relay_certificate_expired", std::move(detail));
  // OpenSSL has found nothing: it is the name, which libcurl looks at.
  if (verified == X509_V_OK || verified == X509_V_ERR_UNSPECIFIED)
    return again("relay_certificate_other_name", std::move(detail));
  return again("relay_certificate_not_trusted", std::move(detail));
}

// The relay answered with a code of SMTP that is not a yes.
Attempted of_answer(long code, const Transfer& transfer) {
  const auto cause = fmt::format("smtp_{}", code);
  auto detail = shown(transfer.answer);
  // 530, 534, 535, 538 (RFC 4954). What was answered to a password is not repeated: it may hold it.
  if (transfer.command == "AUTH" || code == 530 || (code >= 534 && code <= 538))
    return again("authentication", "the relay does not take the user and password, or asks for them");
  // 552 after MAIL: the message is too large (RFC 1870). Else what is said before RCPT is said of the daemon, not of
  // this receiver or message, and a person can mend it.
  const bool of_this =
      transfer.command == "RCPT" || transfer.command == "DATA" || (transfer.command == "MAIL" && code == 552);
  if (code >= 500 && of_this) return {Verdict::refused, cause, std::move(detail), {}};
  return again(cause, std::move(detail));
}

Attempted outcome(CURL* easy, CURLcode result, const Transfer& transfer) {
  if (result == CURLE_OK) return {Verdict::sent, {}, {}, {}};
  long code = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
  const std::string word = curl_easy_strerror(result);
  switch (result) {
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_ABORTED_BY_CALLBACK:
      return again("timeout", transfer.command.empty() ? "before a command" : "after " + transfer.command);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return again("relay_unreachable", word);
    case CURLE_USE_SSL_FAILED:
      return again("tls_unavailable", word);
    case CURLE_PEER_FAILED_VERIFICATION:
      return of_certificate(easy, word);
    case CURLE_SSL_CACERT_BADFILE:
      return again("relay_certificate_not_trusted", "the file of authorities cannot be read");
    case CURLE_SSL_CONNECT_ERROR:
      return again("tls_failed", word);
    case CURLE_LOGIN_DENIED:
      return again("authentication", "the relay does not take the user and password");
    default:
      return code >= 400 ? of_answer(code, transfer) : again("connection_lost", word);
  }
}

std::string in_url(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

Attempted submit(const Submission& submission, steady_clock::time_point deadline) {
  static std::once_flag begun;
  std::call_once(begun, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
  if (left <= 0) return again("timeout", "before a command");

  Transfer transfer{.rest = submission.message, .deadline = deadline};
  const auto& relay = submission.relay;
  const bool implicit = relay.tls == MailRelay::Tls::implicit;
  // The path is the name for EHLO.
  const auto url = fmt::format("{}://{}:{}/{}", implicit ? "smtps" : "smtp", in_url(relay.host), relay.port,
                               submission.from.domain());
  const auto ca = relay.ca.string();
  const std::unique_ptr<curl_slist, FreeList> receivers(
      curl_slist_append(nullptr, ("<" + submission.to.text() + ">").c_str()));
  const std::unique_ptr<CURL, FreeEasy> easy(curl_easy_init());
  if (!easy || !receivers) return again("connection_lost", "libcurl does not start");

  bool set = true;
  const auto option = [&](CURLoption name, auto value) {
    set = curl_easy_setopt(easy.get(), name, value) == CURLE_OK && set;
  };
  option(CURLOPT_URL, url.c_str());
  option(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  option(CURLOPT_PROXY, "");  // none of the environment
  option(CURLOPT_NOSIGNAL, 1L);
  option(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  option(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  option(CURLOPT_SSL_VERIFYPEER, 1L);
  option(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!ca.empty()) {
    option(CURLOPT_CAINFO, ca.c_str());
    option(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // and none of the system's beside it
  }
  if (!relay.user.empty()) {
    option(CURLOPT_USERNAME, relay.user.c_str());
    option(CURLOPT_PASSWORD, submission.password.c_str());
  }
  option(CURLOPT_MAIL_FROM, ("<" + submission.from.text() + ">").c_str());
  option(CURLOPT_MAIL_RCPT, receivers.get());
  option(CURLOPT_UPLOAD, 1L);
  option(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(submission.message.size()));
  option(CURLOPT_READFUNCTION, &read_message);
  option(CURLOPT_READDATA, &transfer);
  option(CURLOPT_TIMEOUT_MS, static_cast<long>(left));
  option(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(left));
  option(CURLOPT_FORBID_REUSE, 1L);  // says goodbye within the call, where is_over() can end it
  option(CURLOPT_NOPROGRESS, 0L);
  option(CURLOPT_XFERINFOFUNCTION, &is_over);
  option(CURLOPT_XFERINFODATA, &transfer);
  option(CURLOPT_VERBOSE, 1L);
  option(CURLOPT_DEBUGFUNCTION, &listen);
  option(CURLOPT_DEBUGDATA, &transfer);
  if (!set) return again("connection_lost", "libcurl does not take an option");
  return outcome(easy.get(), curl_easy_perform(easy.get()), transfer);
}

}  // namespace noroshi::delivery
