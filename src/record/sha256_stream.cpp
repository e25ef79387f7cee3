#include "src/record/sha256_stream.h"

#include <cstdlib>

#include <openssl/evp.h>

namespace noroshi::record {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

void must(int result) {
  if (result != 1) std::abort();
}

}  // namespace

struct Sha256Stream::State {
  std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {
  must(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr));
}
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::add(std::string_view piece) {
  must(EVP_DigestUpdate(state_->context.get(), piece.data(), piece.size()));
}

Digest Sha256Stream::finish() {
  Digest digest;
  must(EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr));
  return digest;
}

}  // namespace noroshi::record
