// The tree against the values that everybody knows: the reference tree of Certificate Transparency, with the proofs of
// it that transparency-dev/merkle tests with, and each of those damaged in every way that suite knows.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "src/record/encodings.h"
#include "src/record/merkle.h"

using namespace noroshi::record;

namespace {

Digest digest(std::string_view hex) { return to_digest(from_hex(hex).value()).value(); }

std::vector<Digest> digests(const std::vector<std::string_view>& hex) {
  std::vector<Digest> list;
  for (const auto text : hex) list.push_back(digest(text));
  return list;
}

// Facts of proof/verify_test.go of github.com/transparency-dev/merkle (Apache-2.0), there since Certificate Transparency.
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

Digest reference_leaf(std::size_t index) { return leaf_hash(from_hex(reference_leaves[index]).value()); }
Digest reference_root(std::size_t size) { return digest(reference_roots[size - 1]); }

struct Inclusion {
  std::uint64_t index, size;
  std::vector<std::string_view> proof;
};
const std::vector<Inclusion> inclusions = {
    {0, 1, {}},
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
const std::vector<Consistency> consistencies = {
    {1, 1, {}},
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
