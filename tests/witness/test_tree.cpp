// The witness's own check of consistency, against the tree that the log computes: every pair of sizes, and every proof
// spoilt in each of its parts.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "src/record/merkle.h"
#include "src/witness/tree.h"

using namespace noroshi;

namespace {

constexpr std::uint64_t leaves = 70;

// All nodes of a tree of that many leaves, made by the definition alone.
record::Digest node(unsigned level, std::uint64_t index) {
  if (level == 0) return record::leaf_hash("leaf " + std::to_string(index));
  return record::node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1));
}

const record::Digest& root(std::uint64_t size) {
  static const auto roots = [] {
    std::vector<record::Digest> all;
    for (std::uint64_t n = 0; n <= leaves; ++n) all.push_back(record::root_of(n, node));
    return all;
  }();
  return roots.at(size);
}

bool continues(std::uint64_t from, std::uint64_t to, const std::vector<record::Digest>& proof) {
  return witness::continues(from, root(from), to, root(to), proof);
}

witness::Hash spoilt(witness::Hash hash) {
  hash[7] ^= 1;
  return hash;
}

}  // namespace

TEST_CASE("a tree continues each smaller one, by the proof that the log makes") {
  for (std::uint64_t to = 0; to <= leaves; ++to)
    for (std::uint64_t from = 0; from <= to; ++from) {
      CAPTURE(from);
      CAPTURE(to);
      CHECK(continues(from, to, record::consistency_proof(from, to, node)));
    }
}

TEST_CASE("a tree continues none that is larger, and none with another root") {
  for (std::uint64_t to = 1; to <= leaves; ++to)
    for (std::uint64_t from = 0; from <= to; ++from) {
      CAPTURE(from);
      CAPTURE(to);
      const auto proof = record::consistency_proof(from, to, node);
      CHECK_FALSE(witness::continues(from, spoilt(root(from)), to, root(to), proof));
      if (from > 0) CHECK_FALSE(witness::continues(from, root(from), to, spoilt(root(to)), proof));
      if (from < to) CHECK_FALSE(witness::continues(to, root(to), from, root(from), proof));
    }
}

TEST_CASE("a proof with anything changed, left out or added proves nothing") {
  for (std::uint64_t to = 2; to <= 40; ++to)
    for (std::uint64_t from = 1; from < to; ++from) {
      CAPTURE(from);
      CAPTURE(to);
      const auto proof = record::consistency_proof(from, to, node);
      for (std::size_t place = 0; place < proof.size(); ++place) {
        auto changed = proof;
        changed[place] = spoilt(changed[place]);
        CHECK_FALSE(continues(from, to, changed));
        auto shorter = proof;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(place));
        CHECK_FALSE(continues(from, to, shorter));
        auto longer = proof;
        longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(place), proof[place]);
        CHECK_FALSE(continues(from, to, longer));
      }
      auto longer = proof;
      longer.push_back(root(to));
      CHECK_FALSE(continues(from, to, longer));
      CHECK_FALSE(continues(from, to, {}));
    }
}

TEST_CASE("a proof is good for its own sizes alone, as the log's check has it") {
  for (std::uint64_t to = 1; to <= 20; ++to)
    for (std::uint64_t from = 0; from <= to; ++from) {
      const auto proof = record::consistency_proof(from, to, node);
      for (std::uint64_t claimed_to = 0; claimed_to <= 20; ++claimed_to)
        for (std::uint64_t claimed_from = 0; claimed_from <= claimed_to; ++claimed_from) {
          CAPTURE(from);
          CAPTURE(to);
          CAPTURE(claimed_from);
          CAPTURE(claimed_to);
          const auto ours = continues(claimed_from, claimed_to, proof);
          CHECK(ours ==
                record::verify_consistency(claimed_from, root(claimed_from), claimed_to, root(claimed_to), proof));
        }
    }
}

// The reference tree of Certificate Transparency (transparency-dev/merkle, proof/verify_test.go, Apache-2.0).
TEST_CASE("the proof that everybody knows") {
  const auto hash = [](std::string_view hex) {
    witness::Hash bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(2 * i, 2)), nullptr, 16));
    return bytes;
  };
  const auto six = hash("76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef");
  const auto eight = hash("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
  const std::vector<witness::Hash> proof = {hash("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
                                            hash("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
                                            hash("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")};
  CHECK(witness::continues(6, six, 8, eight, proof));
  CHECK_FALSE(witness::continues(5, six, 8, eight, proof));
  CHECK_FALSE(witness::continues(6, eight, 8, eight, proof));
}
