"""Products, countries and sales, each a query in DuckDB over the tables the function is given."""

import bauplan


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11", pip={"duckdb": "1.0.0"})
def dim_product(
    product=bauplan.Model(
        "product",
        columns=["ProductKey", "ProductSubcategoryKey", "ProductSKU", "ProductName", "ProductColor",
                 "ProductCost", "ProductPrice"],
    ),
    product_category=bauplan.Model("product_category"),
    product_subcategory=bauplan.Model("product_subcategory"),
):
    """One row per product, with its category; the key is the md5 of the product's number."""
    import duckdb

    return duckdb.sql(
        """
        SELECT md5(p.ProductKey::VARCHAR) AS product_key,
               p.ProductSKU AS sku,
               p.ProductName AS product,
               s.SubcategoryName AS subcategory,
               c.CategoryName AS category,
               p.ProductColor AS color
        FROM product AS p
        LEFT JOIN product_subcategory AS s USING (ProductSubcategoryKey)
        LEFT JOIN product_category AS c USING (ProductCategoryKey)
        ORDER BY p.ProductKey
        """
    ).arrow()


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11", pip={"duckdb": "1.0.0"})
def dim_country(territories=bauplan.Model("territories", columns=["Country", "Continent"])):
    """One row per country that is sold to; the key is the md5 of its name."""
    import duckdb

    return duckdb.sql(
        """
        SELECT md5(Country) AS country_key, Country AS country, any_value(Continent) AS continent
        FROM territories
        GROUP BY Country
        ORDER BY Country
        """
    ).arrow()


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11", pip={"duckdb": "1.0.0"})
def fact_sale(
    sale=bauplan.Model("sale"),
    product=bauplan.Model("product", columns=["ProductKey", "ProductCost", "ProductPrice"]),
    territories=bauplan.Model("territories", columns=["SalesTerritoryKey", "Country"]),
):
    """One row per order line; dates are written month/day/year in the source."""
    import duckdb

    facts = duckdb.sql(
        """
        SELECT strptime(s.OrderDate, '%m/%d/%Y')::DATE AS order_date,
               s.OrderNumber AS order_number,
               md5(s.ProductKey::VARCHAR) AS product_key,
               md5(t.Country) AS country_key,
               s.OrderQuantity AS quantity,
               s.OrderQuantity * p.ProductPrice AS revenue,
               s.OrderQuantity * p.ProductCost AS cost,
               s.OrderQuantity * (p.ProductPrice - p.ProductCost) AS profit
        FROM sale AS s
        JOIN product AS p USING (ProductKey)
        JOIN territories AS t ON t.SalesTerritoryKey = s.TerritoryKey
        """
    ).arrow()
    print(f"{facts.num_rows} order lines")
    return facts
