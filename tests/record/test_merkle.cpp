// The tree against the values that everybody knows: the reference tree of Certificate Transparency, with the proofs of
// it that transparency-dev/merkle tests with, and each of those damaged in every way that suite knows.
#include <doctest/doctest.h>

#include <bit>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "src/record/encodings.h"
#include "src/record/merkle.h"

using namespace noroshi::record;

namespace {

Digest digest(std::string_view hex) {
  return to_digest(from_hex(hex).value()).value();
}

std::vector<Digest> digests(const std::vector<std::string_view>& hex) {
  std::vector<Digest> list;
  for (const auto text : hex) list.push_back(digest(text));
  return list;
}

// Facts of proof/verify_test.go of github.com/transparency-dev/merkle (Apache-2.0), there since Certificate
// Transparency.
const std::vector<std::string_view> reference_leaves = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string_view> reference_roots = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

Digest reference_leaf(std::size_t index) {
  return leaf_hash(from_hex(reference_leaves[index]).value());
}
Digest reference_root(std::size_t size) {
  return digest(reference_roots[size - 1]);
}

struct Inclusion {
  std::uint64_t index, size;
  std::vector<std::string_view> proof;
};
const std::vector<Inclusion> inclusions = {{0, 1, {}},
                                           {0,
                                            8,
                                            {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                             "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
                                           {5,
                                            8,
                                            {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                                             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
                                           {2, 3, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
                                           {1,
                                            5,
                                            {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                             "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}}};

struct Consistency {
  std::uint64_t from, to;
  std::vector<std::string_view> proof;
};
const std::vector<Consistency> consistencies = {{1, 1, {}},
                                                {1,
                                                 8,
                                                 {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                                  "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                                  "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
                                                {6,
                                                 8,
                                                 {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                                                  "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                                  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
                                                {2,
                                                 5,
                                                 {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                                  "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
                                                {6,
                                                 7,
                                                 {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                                                  "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
                                                  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}}};

// All nodes of a tree, by level: what tiles keep.
struct Nodes {
  std::vector<std::vector<Digest>> levels{1};
  CompactRange range;

  void append(const Digest& leaf) {
    range.append(leaf, [this](unsigned level, std::uint64_t index, const Digest& node) {
      if (levels.size() <= level) levels.resize(level + 1);
      REQUIRE(levels[level].size() == index);
      levels[level].push_back(node);
    });
  }
  NodeReader reader() const {
    return [this](unsigned level, std::uint64_t index) { return levels.at(level).at(index); };
  }
};

Nodes reference_tree(std::size_t size) {
  Nodes nodes;
  for (std::size_t i = 0; i < size; ++i) nodes.append(reference_leaf(i));
  return nodes;
}

}  // namespace

TEST_CASE("the reference tree of Certificate Transparency has its known roots") {
  CHECK(to_hex(bytes_of(empty_root())) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(CompactRange().root() == empty_root());
  const auto tree = reference_tree(8);
  CHECK(root_of(0, tree.reader()) == empty_root());
  for (std::size_t size = 1; size <= 8; ++size) {
    CAPTURE(size);
    CHECK(reference_tree(size).range.root() == reference_root(size));
    CHECK(root_of(size, tree.reader()) == reference_root(size));
  }
}

TEST_CASE("the known proofs of inclusion are made and verified") {
  const auto tree = reference_tree(8);
  for (const auto& [index, size, hex] : inclusions) {
    CAPTURE(index);
    CAPTURE(size);
    const auto proof = digests(hex);
    CHECK(inclusion_proof(index, size, tree.reader()) == proof);
    CHECK(verify_inclusion(reference_leaf(index), index, size, proof, reference_root(size)));
  }
}

TEST_CASE("the known proofs of consistency are made and verified") {
  const auto tree = reference_tree(8);
  for (const auto& [from, to, hex] : consistencies) {
    CAPTURE(from);
    CAPTURE(to);
    const auto proof = digests(hex);
    CHECK(consistency_proof(from, to, tree.reader()) == proof);
    CHECK(verify_consistency(from, reference_root(from), to, reference_root(to), proof));
  }
}

// -- Damaged proofs --------------------------------------------------------------------------------------------

// The 98 inclusion and 98 consistency cases of testdata/ in transparency-dev/merkle are the proofs above and what its
// proofgen makes of them. They are made again here, under the same names; a hash of another length than 32 bytes, which
// that suite has too, no Digest can hold.
namespace {

using Proof = std::vector<Digest>;

const Digest random_hash = digest("abacaba000000000000000000000000000000000000000000060061e00123456");

Proof with(Proof proof, std::size_t at, const Digest& hash) {
  proof.insert(proof.begin() + static_cast<std::ptrdiff_t>(at), hash);
  return proof;
}
Proof without(Proof proof, std::size_t at) {
  proof.erase(proof.begin() + static_cast<std::ptrdiff_t>(at));
  return proof;
}
Digest flipped(Digest hash, unsigned bit) {
  hash[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  return hash;
}

struct InclusionCase {
  std::string name;
  std::uint64_t index, size;
  Digest root, leaf;
  Proof proof;
};
std::vector<InclusionCase> damaged(const Inclusion& good) {
  const auto [index, size, hex] = good;
  const auto proof = digests(hex);
  const auto root = reference_root(size);
  const auto leaf = reference_leaf(index);
  std::vector<InclusionCase> cases = {
      {"leafIdx - 1", index - 1, size, root, leaf, proof},
      {"leafIdx + 1", index + 1, size, root, leaf, proof},
      {"leafIdx ^ 2", index ^ 2, size, root, leaf, proof},
      {"treeSize * 2", index, size * 2, root, leaf, proof},
      {"treeSize / 2", index, size / 2, root, leaf, proof},
      {"wrong leaf", index, size, root, leaf_hash("WrongLeaf"), proof},
      {"empty root", index, size, empty_root(), leaf, proof},
      {"random root", index, size, random_hash, leaf, proof},
      {"trailing garbage", index, size, root, leaf, with(proof, proof.size(), Digest{})},
      {"trailing root", index, size, root, leaf, with(proof, proof.size(), root)},
      {"preceding garbage", index, size, root, leaf, with(proof, 0, Digest{})},
      {"preceding root", index, size, root, leaf, with(proof, 0, root)},
  };
  for (std::size_t i = 0; i < proof.size(); ++i) {
    auto modified = proof;
    modified[i] = flipped(proof[i], 3);
    cases.push_back({"modified proof " + std::to_string(i), index, size, root, leaf, modified});
  }
  if (!proof.empty()) cases.push_back({"removed component", index, size, root, leaf, without(proof, proof.size() - 1)});
  if (proof.size() > 1) cases.push_back({"inserted component", index, size, root, leaf, with(proof, 1, random_hash)});
  return cases;
}

struct ConsistencyCase {
  std::string name;
  std::uint64_t from, to;
  Digest from_root, to_root;
  Proof proof;
};
std::vector<ConsistencyCase> damaged(const Consistency& good) {
  const auto [from, to, hex] = good;
  const auto proof = digests(hex);
  const auto old_root = reference_root(from), new_root = reference_root(to);
  std::vector<ConsistencyCase> cases;
  if (proof.empty()) return cases;  // of equal sizes: a test of its own
  cases = {
      {"size1 - 1", from - 1, to, old_root, new_root, proof},
      {"size1 + 1", from + 1, to, old_root, new_root, proof},
      {"size1 ^ 2", from ^ 2, to, old_root, new_root, proof},
      {"size2 * 2", from, to * 2, old_root, new_root, proof},
      {"size2 / 2", from, to / 2, old_root, new_root, proof},
      {"wrong root1", from, to, leaf_hash("WrongRoot"), new_root, proof},
      {"wrong root2", from, to, old_root, leaf_hash("WrongRoot"), proof},
      {"swapped roots", from, to, new_root, old_root, proof},
      {"empty proof", from, to, old_root, new_root, {}},
      {"trailing garbage", from, to, old_root, new_root, with(proof, proof.size(), Digest{})},
      {"trailing root1", from, to, old_root, new_root, with(proof, proof.size(), old_root)},
      {"trailing root2", from, to, old_root, new_root, with(proof, proof.size(), new_root)},
      {"preceding garbage", from, to, old_root, new_root, with(proof, 0, Digest{})},
      {"preceding root1", from, to, old_root, new_root, with(proof, 0, old_root)},
      {"preceding root2", from, to, old_root, new_root, with(proof, 0, new_root)},
      {"preceding proof 0", from, to, old_root, new_root, with(proof, 0, proof[0])},
      {"truncated proof", from, to, old_root, new_root, without(proof, proof.size() - 1)},
  };
  for (std::size_t i = 0; i < proof.size(); ++i) {
    auto modified = proof;
    modified[i] = flipped(proof[i], 4);
    cases.push_back({"modified proof " + std::to_string(i), from, to, old_root, new_root, modified});
  }
  return cases;
}

}  // namespace

TEST_CASE("a known proof of inclusion that was damaged is refused") {
  int tried = 0;
  for (const auto& good : inclusions) {
    for (const auto& [name, index, size, root, leaf, proof] : damaged(good)) {
      CAPTURE(good.size);
      CAPTURE(name);
      CHECK_FALSE(verify_inclusion(leaf, index, size, proof, root));
      ++tried;
    }
  }
  CHECK(tried == 77);
}

TEST_CASE("a known proof of consistency that was damaged is refused") {
  int tried = 0;
  for (const auto& good : consistencies) {
    for (const auto& [name, from, to, from_root, to_root, proof] : damaged(good)) {
      CAPTURE(good.from);
      CAPTURE(good.to);
      CAPTURE(name);
      CHECK_FALSE(verify_consistency(from, from_root, to, to_root, proof));
      ++tried;
    }
  }
  CHECK(tried == 79);
}

TEST_CASE("of a tree that is empty, equal or older, consistency says what RFC 9162 says") {
  const auto one = reference_root(1), two = reference_root(2), none = empty_root();
  struct Case {
    std::uint64_t from;
    Digest from_root;
    std::uint64_t to;
    Digest to_root;
    Proof proof;
    bool consistent;
  };
  const std::vector<Case> cases = {
      {0, none, 0, none, {}, true},      {0, none, 1, one, {}, true},
      {1, one, 1, one, {}, true},        {0, none, 0, one, {}, false},
      {0, one, 0, one, {}, false},  // an empty tree has one root only
      {0, one, 1, one, {}, false},       {1, one, 1, two, {}, false},
      {1, one, 0, none, {}, false},                                    // back in time
      {2, two, 1, one, {}, false},       {1, one, 2, two, {}, false},  // nothing that proves it
      {0, none, 0, none, {none}, false}, {0, none, 1, one, {none}, false},
      {1, one, 1, one, {none}, false},
  };
  for (const auto& [from, from_root, to, to_root, proof, consistent] : cases) {
    CAPTURE(from);
    CAPTURE(to);
    CAPTURE(proof.size());
    CHECK(verify_consistency(from, from_root, to, to_root, proof) == consistent);
  }
}

TEST_CASE("of a tree of one leaf the leaf is the root, and of no leaf nothing is included") {
  const auto leaf = leaf_hash("data");
  CHECK(verify_inclusion(leaf, 0, 1, {}, leaf));
  for (const auto& [index, size] : {std::pair<std::uint64_t, std::uint64_t>{0, 0}, {0, 1}, {1, 0}, {2, 1}}) {
    CAPTURE(index);
    CAPTURE(size);
    CHECK_FALSE(verify_inclusion(random_hash, index, size, {}, Digest{}));
    CHECK_FALSE(verify_inclusion(Digest{}, index, size, {}, empty_root()));
    CHECK_FALSE(verify_inclusion(random_hash, index, size, {}, empty_root()));
  }
}

TEST_CASE("sizes and proofs that no tree has are refused, however large") {
  const auto hash = reference_root(1);
  const Proof long_proof(1000, hash);
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, maximum_size, ~std::uint64_t{0}}) {
    CAPTURE(size);
    CHECK_FALSE(verify_inclusion(hash, size, size, {}, hash));
    CHECK_FALSE(verify_inclusion(hash, 0, size, long_proof, hash));
    CHECK_FALSE(verify_inclusion(hash, ~std::uint64_t{0}, size, {}, hash));
    CHECK_FALSE(verify_consistency(1, hash, size, hash, long_proof));
    CHECK_FALSE(verify_consistency(~std::uint64_t{0}, hash, size, hash, long_proof));
  }
}

// -- Every size, against RFC 6962 as it is written -----------------------------------------------------------------

// Section 2.1 word for word: recursive, over the whole list each time. Nothing of merkle.cpp but the two hashes, which
// are written out here too.
namespace naive {

using List = std::vector<Digest>;  // of leaf hashes

std::size_t split(std::size_t n) {
  std::size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
List slice(const List& d, std::size_t begin, std::size_t end) {
  return {d.begin() + static_cast<std::ptrdiff_t>(begin), d.begin() + static_cast<std::ptrdiff_t>(end)};
}

Digest mth(const List& d) {
  if (d.empty()) return sha256({""});
  if (d.size() == 1) return d[0];
  const auto k = split(d.size());
  const auto left = mth(slice(d, 0, k)), right = mth(slice(d, k, d.size()));
  return sha256({"\x01", bytes_of(left), bytes_of(right)});
}

List path(std::size_t m, const List& d) {
  if (d.size() == 1) return {};
  const auto k = split(d.size());
  const bool left = m < k;
  auto list = left ? path(m, slice(d, 0, k)) : path(m - k, slice(d, k, d.size()));
  list.push_back(left ? mth(slice(d, k, d.size())) : mth(slice(d, 0, k)));
  return list;
}

List subproof(std::size_t m, const List& d, bool b) {
  if (m == d.size()) return b ? List{} : List{mth(d)};
  const auto k = split(d.size());
  const bool left = m <= k;
  auto list = left ? subproof(m, slice(d, 0, k), b) : subproof(m - k, slice(d, k, d.size()), false);
  list.push_back(left ? mth(slice(d, k, d.size())) : mth(slice(d, 0, k)));
  return list;
}

// The way from leaf m up to the root of n leaves: at each node, whether its sibling stands on the right.
std::vector<bool> turns(std::size_t m, std::size_t n) {
  if (n == 1) return {};
  const auto k = split(n);
  auto way = m < k ? turns(m, k) : turns(m - k, n - k);
  way.push_back(m < k);
  return way;
}

// The same from the largest subtree on that ends where the first m leaves end: where a proof of consistency begins.
std::vector<bool> turns_above(std::size_t m, std::size_t n) {
  auto way = turns(m - 1, n);
  way.erase(way.begin(), way.begin() + std::countr_one(m - 1));
  return way;
}

}  // namespace naive

namespace {

Digest nth_leaf(std::uint64_t number) {
  return leaf_hash("leaf " + std::to_string(number));
}

struct Tree {
  Nodes nodes;
  naive::List leaves;

  explicit Tree(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      leaves.push_back(nth_leaf(i));
      nodes.append(leaves.back());
    }
  }
};

}  // namespace

TEST_CASE("roots of all sizes are those of RFC 6962, by the range and by the nodes") {
  const Tree tree(300);
  CompactRange range;
  for (std::size_t size = 0; size <= 300; ++size) {
    CAPTURE(size);
    const auto root = naive::mth(naive::slice(tree.leaves, 0, size));
    REQUIRE(range.size() == size);
    REQUIRE(range.root() == root);
    REQUIRE(root_of(size, tree.nodes.reader()) == root);
    if (size < 300) range.append(tree.leaves[size]);
  }
}

TEST_CASE("proofs of inclusion of all leaves of all sizes are those of RFC 6962, and verify there and nowhere else") {
  const Tree tree(80);
  const auto reader = tree.nodes.reader();
  for (std::size_t size = 1; size <= 80; ++size) {
    const auto list = naive::slice(tree.leaves, 0, size);
    const auto root = naive::mth(list);
    for (std::size_t index = 0; index < size; ++index) {
      CAPTURE(size);
      CAPTURE(index);
      const auto proof = inclusion_proof(index, size, reader);
      REQUIRE(proof == naive::path(index, list));
      for (std::size_t other = 0; other <= size; ++other)
        REQUIRE(verify_inclusion(list[index], other, size, proof, root) == (other == index));
    }
  }
}

TEST_CASE("proofs of consistency of all pairs of sizes are those of RFC 6962, and verify") {
  const Tree tree(80);
  const auto reader = tree.nodes.reader();
  for (std::size_t to = 1; to <= 80; ++to) {
    const auto list = naive::slice(tree.leaves, 0, to);
    const auto to_root = naive::mth(list);
    for (std::size_t from = 1; from <= to; ++from) {
      CAPTURE(from);
      CAPTURE(to);
      const auto from_root = naive::mth(naive::slice(tree.leaves, 0, from));
      const auto proof = consistency_proof(from, to, reader);
      REQUIRE(proof == naive::subproof(from, list, true));
      REQUIRE(verify_consistency(from, from_root, to, to_root, proof));
      if (from < to) REQUIRE_FALSE(verify_consistency(from, to_root, to, to_root, proof));
    }
    REQUIRE(consistency_proof(0, to, reader).empty());
    REQUIRE(verify_consistency(0, empty_root(), to, to_root, {}));
  }
}

TEST_CASE("larger trees: proofs around each power of two, up to 300 leaves") {
  const Tree tree(300);
  const auto reader = tree.nodes.reader();
  const std::size_t sizes[] = {127, 128, 129, 200, 255, 256, 257, 299, 300};
  for (const auto size : sizes) {
    const auto list = naive::slice(tree.leaves, 0, size);
    for (std::size_t index = 0; index < size; index += 7) {
      CAPTURE(size);
      CAPTURE(index);
      REQUIRE(inclusion_proof(index, size, reader) == naive::path(index, list));
      if (index > 0) REQUIRE(consistency_proof(index, size, reader) == naive::subproof(index, list, true));
    }
  }
}

TEST_CASE("every flipped bit of a proof, a leaf or a root is noticed, and every hash too many or too few") {
  const Tree tree(13);
  const auto reader = tree.nodes.reader();
  const auto root = root_of(13, reader);
  for (std::size_t index = 0; index < 13; ++index) {
    CAPTURE(index);
    const auto leaf = tree.leaves[index];
    const auto proof = inclusion_proof(index, 13, reader);
    for (unsigned bit = 0; bit < 256; ++bit) {
      REQUIRE_FALSE(verify_inclusion(flipped(leaf, bit), index, 13, proof, root));
      REQUIRE_FALSE(verify_inclusion(leaf, index, 13, proof, flipped(root, bit)));
      for (std::size_t at = 0; at < proof.size(); ++at) {
        auto altered = proof;
        altered[at] = flipped(proof[at], bit);
        REQUIRE_FALSE(verify_inclusion(leaf, index, 13, altered, root));
      }
    }
    for (std::size_t at = 0; at < proof.size(); ++at) {
      REQUIRE_FALSE(verify_inclusion(leaf, index, 13, without(proof, at), root));
      if (at + 1 < proof.size()) {
        auto swapped = proof;
        std::swap(swapped[at], swapped[at + 1]);
        REQUIRE_FALSE(verify_inclusion(leaf, index, 13, swapped, root));
      }
    }
    for (std::size_t at = 0; at <= proof.size(); ++at)
      REQUIRE_FALSE(verify_inclusion(leaf, index, 13, with(proof, at, leaf), root));
  }
  for (std::size_t from = 1; from < 13; ++from) {
    CAPTURE(from);
    const auto old_root = root_of(from, reader);
    const auto proof = consistency_proof(from, 13, reader);
    for (unsigned bit = 0; bit < 256; ++bit) {
      REQUIRE_FALSE(verify_consistency(from, flipped(old_root, bit), 13, root, proof));
      REQUIRE_FALSE(verify_consistency(from, old_root, 13, flipped(root, bit), proof));
      for (std::size_t at = 0; at < proof.size(); ++at) {
        auto altered = proof;
        altered[at] = flipped(proof[at], bit);
        REQUIRE_FALSE(verify_consistency(from, old_root, 13, root, altered));
      }
    }
    for (std::size_t at = 0; at < proof.size(); ++at)
      REQUIRE_FALSE(verify_consistency(from, old_root, 13, root, without(proof, at)));
    for (std::size_t at = 0; at <= proof.size(); ++at)
      REQUIRE_FALSE(verify_consistency(from, old_root, 13, root, with(proof, at, old_root)));
  }
}

TEST_CASE("a proof is good for the index and size it was made for, and for those alone that have the same way up") {
  const std::size_t most = 18;
  const Tree tree(most);
  const auto reader = tree.nodes.reader();
  for (std::size_t size = 1; size <= most; ++size) {
    const auto root = root_of(size, reader);
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(index, size, reader);
      for (std::size_t other_size = 0; other_size <= most + 1; ++other_size) {
        for (std::size_t other = 0; other <= other_size; ++other) {
          CAPTURE(size);
          CAPTURE(index);
          CAPTURE(other_size);
          CAPTURE(other);
          // That the size is another, the signature of the checkpoint tells; the way alone cannot.
          const bool same_way = other < other_size && naive::turns(other, other_size) == naive::turns(index, size);
          REQUIRE(verify_inclusion(tree.leaves[index], other, other_size, proof, root) == same_way);
        }
      }
    }
  }
}

TEST_CASE("a proof of consistency for other sizes is refused, unless both ways up are the same") {
  const std::size_t most = 14;
  const Tree tree(most);
  const auto reader = tree.nodes.reader();
  int accepted = 0, refused = 0;
  for (std::size_t to = 2; to <= most; ++to) {
    for (std::size_t from = 1; from < to; ++from) {
      const auto proof = consistency_proof(from, to, reader);
      const auto from_root = root_of(from, reader), to_root = root_of(to, reader);
      for (std::size_t other_to = 0; other_to <= most + 1; ++other_to) {
        for (std::size_t other_from = 0; other_from <= most + 1; ++other_from) {
          if (!verify_consistency(other_from, from_root, other_to, to_root, proof)) {
            ++refused;
            continue;
          }
          ++accepted;
          CAPTURE(from);
          CAPTURE(to);
          CAPTURE(other_from);
          CAPTURE(other_to);
          REQUIRE(naive::turns_above(other_from, other_to) == naive::turns_above(from, to));
        }
      }
    }
  }
  CHECK(accepted >= 91);  // each for its own sizes
  CHECK(refused > 10000);
}

// -- What is kept of a tree ---------------------------------------------------------------------------------------

TEST_CASE("a range made of its size and nodes goes on as the one that was kept") {
  CompactRange range;
  for (std::uint64_t i = 0; i < 300; ++i) {
    auto again = CompactRange::of(range.size(), range.nodes());
    REQUIRE(again);
    REQUIRE(*again == range);
    again->append(nth_leaf(i));
    range.append(nth_leaf(i));
    REQUIRE(*again == range);
    REQUIRE(again->root() == range.root());
  }
  for (std::uint64_t size = 0; size < 300; ++size) {
    const auto fits = static_cast<std::size_t>(std::popcount(size));
    CAPTURE(size);
    CHECK_FALSE(CompactRange::of(size, std::vector<Digest>(fits + 1)));
    if (fits > 0) CHECK_FALSE(CompactRange::of(size, std::vector<Digest>(fits - 1)));
  }
}

TEST_CASE("an append tells of every node it completes, the leaf first") {
  struct Told {
    unsigned level;
    std::uint64_t index;
    bool operator==(const Told&) const = default;
  };
  CompactRange range;
  std::vector<std::vector<Told>> told;
  for (std::uint64_t i = 0; i < 8; ++i) {
    auto& now = told.emplace_back();
    range.append(nth_leaf(i), [&now](unsigned level, std::uint64_t index, const Digest&) {
      now.push_back({level, index});
    });
  }
  const std::vector<std::vector<Told>> expected = {
      {{0, 0}}, {{0, 1}, {1, 0}}, {{0, 2}}, {{0, 3}, {1, 1}, {2, 0}},
      {{0, 4}}, {{0, 5}, {1, 2}}, {{0, 6}}, {{0, 7}, {1, 3}, {2, 1}, {3, 0}}};
  CHECK(told == expected);
}

namespace {

// Tiles as a table keeps them: nodes of the levels 0, 8, 16, … only.
struct Tiles {
  std::map<TileId, std::string> kept;
  CompactRange range;
  int reads = 0;

  void append(const Digest& leaf) {
    range.append(leaf, [this](unsigned level, std::uint64_t index, const Digest& node) {
      if (level % tile_height == 0) kept[{level / tile_height, index / tile_width}] += bytes_of(node);
    });
  }
  NodeReader reader() {
    return node_reader([this](const TileId& id) {
      ++reads;
      return kept[id];
    });
  }
};

}  // namespace

TEST_CASE("nodes read out of tiles are the nodes of the tree") {
  // Large enough for two levels of tiles, with a third begun.
  const std::size_t size = 66000;
  Tiles tiles;
  Nodes nodes;
  for (std::size_t i = 0; i < size; ++i) {
    const auto leaf = nth_leaf(i);
    tiles.append(leaf);
    nodes.append(leaf);
  }
  REQUIRE(tiles.kept.size() == 258 + 2 + 1);
  const auto reader = tiles.reader();
  for (unsigned level = 0; level < nodes.levels.size(); ++level) {
    const auto& of_level = nodes.levels[level];
    for (std::size_t index = 0; index < of_level.size(); index += level < 4 ? 997 : 1) {
      CAPTURE(level);
      CAPTURE(index);
      REQUIRE(reader(level, index) == of_level[index]);
    }
  }
  for (const std::uint64_t prefix : {1u, 255u, 256u, 257u, 65535u, 65536u, 65537u, 66000u}) {
    CAPTURE(prefix);
    CHECK(root_of(prefix, reader) == root_of(prefix, nodes.reader()));
    CHECK(inclusion_proof(prefix - 1, size, reader) == inclusion_proof(prefix - 1, size, nodes.reader()));
    CHECK(consistency_proof(prefix, size, reader) == consistency_proof(prefix, size, nodes.reader()));
  }
  // One proof reads each tile once, and few of them.
  tiles.reads = 0;
  inclusion_proof(12345, size, tiles.reader());
  CHECK(tiles.reads <= 6);
}

TEST_CASE("a tile that is short, torn or too long is no tile") {
  Tiles tiles;
  for (std::size_t i = 0; i < 300; ++i) tiles.append(nth_leaf(i));
  const auto whole = tiles.kept.at({0, 0});
  const TileId second{0, 1};
  struct Case {
    std::string name;
    TileId tile;
    std::string bytes;
  };
  const Case cases[] = {{"empty", {0, 0}, ""},
                        {"torn", {0, 0}, whole.substr(0, 8191)},
                        {"one short", {0, 0}, whole.substr(0, 8160)},
                        {"one more", {0, 0}, whole + std::string(32, 'x')},
                        {"the second shorter than the tree", second, tiles.kept.at(second).substr(0, 43 * 32)}};
  for (const auto& [name, tile, bytes] : cases) {
    CAPTURE(name);
    auto damaged = tiles;
    damaged.kept[tile] = bytes;
    damaged.kept[{1, 0}] = "";
    CHECK_THROWS_AS(root_of(300, damaged.reader()), std::out_of_range);
  }
}
