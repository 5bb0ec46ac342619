"""Products: SKU, name, weight in g, dimensions in mm, and the codes on them (each barcode means one product and a
number of units: a case of 12 scans as 12). A SKU is exact: `85123a` and `85123A` are two products. A product without a
name is called by its SKU until somebody names it; what is made of other products is a kit. Facts, told at once: KitMade,
RecipeChanged, TrackingSet, SubstitutesChanged; event: ProductChanged.
"""
