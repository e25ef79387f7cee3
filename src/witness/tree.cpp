#include "src/witness/tree.h"

#include <bit>

namespace noroshi::witness {
namespace {

Hash parent(const Hash& left, const Hash& right) {
  return sha256({"\x01", as_text(left), as_text(right)});
}

}  // namespace

Hash empty_root() {
  return sha256({});
}

bool continues(std::uint64_t size_before, const Hash& root_before, std::uint64_t size, const Hash& root,
               const std::vector<Hash>& proof) {
  if (size_before > size) return false;
  if (size_before == size) return proof.empty() && root_before == root;
  if (size_before == 0) return proof.empty() && root_before == empty_root();
  if (proof.empty()) return false;

  // The path of section 2.1.4.2. Where the old tree is one perfect subtree, its root is the node to begin with, and the
  // proof leaves it out (step 1).
  auto entry = proof.begin();
  Hash old_tree = std::has_single_bit(size_before) ? root_before : *entry++;
  Hash new_tree = old_tree;
  std::uint64_t fn = size_before - 1;
  std::uint64_t sn = size - 1;
  while ((fn & 1) == 1) {  // step 3
    fn >>= 1;
    sn >>= 1;
  }
  for (; entry != proof.end(); ++entry) {  // step 4
    if (sn == 0) return false;
    if ((fn & 1) == 1 || fn == sn) {
      old_tree = parent(*entry, old_tree);
      new_tree = parent(*entry, new_tree);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      new_tree = parent(new_tree, *entry);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && old_tree == root_before && new_tree == root;  // step 5
}

}  // namespace noroshi::witness
