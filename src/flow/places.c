// SPDX-License-Identifier: MIT
#include "flow/places.h"

#include <errno.h>

_Static_assert(sizeof(struct socket_place) == 44, "it has gaps");

void places_init(struct places *places, size_t most)
{
	*places = (struct places){.most = most ? most : 1};
}

struct placed *places_find(const struct places *places,
			   const struct socket_place *place)
{
	struct placed *placed;

	HASH_FIND(hh, places->first, place, sizeof(*place), placed);
	return placed;
}

struct placed *places_make_room(struct places *places)
{
	struct placed *first = places->first;

	if (places_count(places) < places->most)
		return NULL;
	places_take(places, first);
	places->forgotten++;
	return first;
}

int places_put(struct places *places, struct placed *placed)
{
	HASH_ADD(hh, places->first, place, sizeof(placed->place), placed);
	return placed->hh.tbl ? 0 : -ENOMEM;
}

void places_take(struct places *places, struct placed *placed)
{
	HASH_DEL(places->first, placed);
}
