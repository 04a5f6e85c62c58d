/* Criterion 2.4.1's BoxFort maps an arena at 0x200000000000 + rand_r()*16 MiB.
   TSan lets nothing be mapped there; it does allow
   0x550000000000-0x568000000000, and PIE text starts no lower than
   0x555555554000. Replacing rand_r() steers it there. */
int rand_r(unsigned *seed);
__attribute__((visibility("default"))) int rand_r(unsigned *seed)
{
	static unsigned n;
	(void)seed;
	return (int)(0x351000u + (n++ & 0x3ff));
}
