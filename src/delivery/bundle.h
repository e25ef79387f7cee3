// The bundle: a file that a person carries over an air gap or on permitted media. Sealed to the receiver's key (JWE),
// signed with the daemon's (Ed25519), numbered without gaps for each endpoint; its receipt comes back by hand. It lies
// at DIR/bundles/ORGANIZATION/ENDPOINT/NUMBER.noroshi-bundle, whole or not at all. The form: schemas/bundle/README.md.
//
// What an attempt says, by cause (closed list):
//
//   (none)                 sent     the file is written; a person carries it
//   settings_invalid       gone     kept settings that check() would refuse today
//   too_large              refused  beyond what a bundle holds (32 MiB)
//   content_missing        again    the claim was lost meanwhile
//   numbering_unavailable  again    no database, or none is set up
//   previous_under_way     again    the number before is being written by another
//   folder_unwritable      again    disk, rights
//   failed                 again    within the daemon
#pragma once

#include "src/delivery/channel.h"

namespace noroshi::delivery {

ChannelKind bundle_channel();

}  // namespace noroshi::delivery
